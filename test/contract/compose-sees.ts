import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import type { Harness } from "./rig.ts";
import { useRig } from "./scenes.ts";

const compose = (...args: readonly string[]): { readonly code: number | null; readonly stdout: string } => {
  const { status, stdout } = spawnSync("docker", ["compose", ...args], { encoding: "utf8" });
  return { code: status, stdout };
};

/** What the Docker CLI's Compose plugin must see and do; left out where it is not installed. */
export const composeContract = (harness: Harness): void => {
  const { scene } = useRig(harness);
  const installed = compose("version").code === 0;
  if (!installed && process.env["GOAT_DEV_REQUIRE_ENGINES"] === "1") {
    throw new Error("GOAT_DEV_REQUIRE_ENGINES is set, but docker compose is not installed");
  }

  test.skipIf(!installed)("docker compose must list, log, restart and take down what goat-dev made", async () => {
    const { stack, engine, apply, run, service, observe } = await scene();
    const [data] = stack.volumes;
    if (data === undefined) throw new Error("the scene lacks a volume");
    await apply({ type: "create-volume", stack, volume: data });
    const container = await run(service("web", "echo hello; exec sleep 1000"));
    const listed = compose("-p", stack.name, "ps", "--format", "{{.Name}} {{.Service}} {{.State}}");
    expect(listed).toEqual({ code: 0, stdout: `${container} web running\n` });
    expect(compose("-p", stack.name, "logs", "--no-log-prefix").stdout).toContain("hello\n");
    expect(compose("-p", stack.name, "restart", "-t", "0").code).toBe(0);
    expect(await observe("web")).toMatchObject({ state: "running", container });
    expect(compose("-p", stack.name, "down", "-t", "0", "--volumes").code).toBe(0);
    const left = await engine.observe({ stack: stack.name, images: [] }, AbortSignal.timeout(30_000));
    expect(left).toMatchObject({ services: [], networks: [], volumes: [] });
  });
};
