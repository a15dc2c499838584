import { spawnSync } from "node:child_process";
import { describe, expect, test, vi } from "vitest";
import { toSignal } from "../../../../src/engine/processes/stop.ts";
import { familyOf, isRunning, signalProcess } from "../../../../src/platform/process-identity.ts";
import { io, limitMs } from "../../../contract/rig.ts";
import { embeddedIn, embeddedScene, processOf, watchChanges } from "../../../support/embedded.ts";

const stay = "exec sleep 1000";
const noSetsid = spawnSync("sh", ["-c", "setsid true"]).status !== 0;

const seenEnds = (seen: Awaited<ReturnType<typeof watchChanges>>) =>
  seen.flatMap(({ type, exitCode }) => (type === "died" ? [exitCode] : []));

describe("a service that is killed from outside", () => {
  test("must be seen at once by the run that started it, with its status", async () => {
    const scene = await embeddedScene();
    const seen = await watchChanges(scene.engine, scene.stack.name);
    await scene.run(scene.service("web", stay));
    await signalProcess(await processOf(scene, "web"), "SIGKILL");
    await vi.waitFor(() => expect(seenEnds(seen)).toEqual([137]), limitMs);
    expect(await scene.observe("web")).toMatchObject({ state: "exited", exitCode: 137 });
  });

  test("must be seen by another run, once, which knows no status", async () => {
    const scene = await embeddedScene();
    const container = await scene.run(scene.service("web", stay));
    const main = await processOf(scene, "web");
    const other = embeddedIn(scene.folder);
    const seen = await watchChanges(other, scene.stack.name);
    await signalProcess(main, "SIGKILL");
    await vi.waitFor(() => expect(seen).toHaveLength(1), limitMs);
    expect(seen[0]).toMatchObject({ type: "died", container, service: "web" });
    await other.apply({ type: "remove-container", container, anonymousVolumes: true }, io());
    await vi.waitFor(() => expect(seen.map(({ type }) => type)).toEqual(["died", "removed"]), limitMs);
  });

  test("must not hold anything through what it left behind when it starts again", async () => {
    const scene = await embeddedScene();
    const container = await scene.run(scene.service("web", "sleep 1000 & echo on; wait"));
    const main = await processOf(scene, "web");
    await vi.waitFor(async () => expect(await familyOf(main)).toHaveLength(2), limitMs);
    await signalProcess(main, "SIGKILL");
    await vi.waitFor(async () => expect(await scene.observe("web")).toMatchObject({ state: "exited" }), limitMs);
    expect(await familyOf(main)).toHaveLength(1);
    await scene.start(container);
    expect(await familyOf(main)).toEqual([]);
    expect(await scene.observe("web")).toMatchObject({ state: "running" });
  });
});

describe("stopping", () => {
  test("must work for a service that another run started, whose status then is unknown", async () => {
    const scene = await embeddedScene();
    const container = await scene.run(scene.service("web", stay));
    const main = await processOf(scene, "web");
    const other = embeddedIn(scene.folder);
    await other.apply({ type: "stop-container", container, signal: null, graceMs: null }, io());
    expect(await isRunning(main)).toBe(false);
    const { services } = await other.observe({ stack: scene.stack.name, images: [] }, AbortSignal.timeout(limitMs));
    expect(services).toEqual([expect.objectContaining({ state: "exited" })]);
  });

  test.skipIf(noSetsid)("must end what the service started, also outside of its group", async () => {
    const scene = await embeddedScene();
    const container = await scene.run(scene.service("web", "setsid sleep 1000 & sleep 1000 & wait"));
    const main = await processOf(scene, "web");
    await vi.waitFor(async () => expect(await familyOf(main)).toHaveLength(3), limitMs);
    const family = await familyOf(main);
    await scene.stop(container);
    expect(await Promise.all(family.map(isRunning))).toEqual([false, false, false]);
  });

  test("must send the signal that the file names", async () => {
    const scene = await embeddedScene();
    const script = "trap 'exit 9' USR1; echo on; while :; do sleep 0.01; done";
    const container = await scene.run(scene.service("web", script, { stopSignal: "usr1" }));
    await vi.waitFor(async () => expect(await linesOf(scene, container)).toEqual(["on"]), limitMs);
    await scene.stop(container, 20_000);
    expect(await scene.observe("web")).toMatchObject({ state: "exited", exitCode: 9 });
  });

  test("must name what is no signal", async () => {
    const scene = await embeddedScene();
    const container = await scene.run(scene.service("web", stay, { stopSignal: "SIGNOPE" }));
    await expect(scene.stop(container)).rejects.toMatchObject({
      code: "engine-refused",
      message: expect.stringContaining("SIGNOPE"),
    });
  });

  test.each(["SIGINT", "int", " INT ", "2"])("must understand a signal as Docker does: %j", (text) => {
    expect(toSignal(text)).toBe("SIGINT");
  });

  test("must end at once when its signal fires", async () => {
    const scene = await embeddedScene();
    const script = "trap '' TERM; echo on; while :; do sleep 0.01; done";
    const container = await scene.run(scene.service("web", script, { stopGraceMs: 1_000_000 }));
    await vi.waitFor(async () => expect(await linesOf(scene, container)).toEqual(["on"]), limitMs);
    const stop = new AbortController();
    const op = { type: "stop-container", container, signal: null, graceMs: null } as const;
    const stopping = scene.engine.apply(op, { signal: stop.signal, progress: () => undefined });
    stop.abort();
    await expect(stopping).rejects.toMatchObject({ name: "AbortError" });
    expect(await scene.observe("web")).toMatchObject({ state: "running" });
  });
});

const linesOf = async (scene: Awaited<ReturnType<typeof embeddedScene>>, container: string): Promise<string[]> => {
  const signal = AbortSignal.timeout(limitMs);
  const containers = [{ service: "web", container }];
  const lines: string[] = [];
  for await (const { line } of scene.engine.logs({ containers, follow: false, tail: null, since: null, signal })) {
    lines.push(line);
  }
  return lines;
};
