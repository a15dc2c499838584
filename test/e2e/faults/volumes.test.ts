import { expect, inject, test } from "vitest";
import { docker } from "../../support/docker.ts";
import type { Scenario } from "../../support/scenario.ts";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { expectWell, failureOf, idle, openStack, sh, writeStack } from "./small-stack.ts";

const withData = { volumes: ["data:/data"] };
const store = { ...idle, ...withData };

/** When the volume was made, and a checksum of all that is in it. */
const contentOf = async (stack: Scenario): Promise<string> => {
  const volume = `${stack.name}_data`;
  const made = await docker("volume", "inspect", "--format", "{{.CreatedAt}}", volume);
  const sum = "cd /data && find . -type f -exec sha256sum {} + | sort | sha256sum";
  return `${made} ${await docker("run", "--rm", "--volume", `${volume}:/data:ro`, inject("e2e").base, "sh", "-c", sum)}`;
};

const fill = async (stack: Scenario): Promise<void> => {
  const { id } = await stack.container("store");
  await docker(
    "exec",
    id,
    "sh",
    "-c",
    "mkdir /data/deep && echo precious > /data/deep/file && head -c 100000 /dev/urandom > /data/blob",
  );
};

describeOnEngine("a volume's data", () => {
  test("no up may touch it: neither one that fails nor one that succeeds, nor a changed volume in the file", async () => {
    const volumes = { volumes: { data: {} } };
    const stack = await openStack({ store }, volumes);
    await expectWell(stack);
    await fill(stack);
    const before = await contentOf(stack);

    writeStack(stack, { store: { ...sh("exit 1"), ...withData } }, volumes);
    failureOf(await stack.run(["up", "--json"]), 5, "service-exited");
    expect(await contentOf(stack)).toBe(before);

    writeStack(stack, { store: { ...store, image: "goat-absent.invalid/never:1", pull_policy: "never" } }, volumes);
    failureOf(await stack.run(["up", "--json"]), 1, "image-unavailable");
    expect(await contentOf(stack)).toBe(before);

    const changed = {
      volumes: { data: { labels: { purpose: "changed" }, driver_opts: { type: "tmpfs", device: "tmpfs" } } },
    };
    writeStack(stack, { store: { ...store, environment: { A: "1" } } }, changed);
    await stack.run(["up", "--json"]);
    expect(await contentOf(stack)).toBe(before);

    writeStack(stack, { store }, volumes);
    await expectWell(stack);
    expect(await contentOf(stack)).toBe(before);
    expect(await docker("exec", (await stack.container("store")).id, "cat", "/data/deep/file")).toBe("precious");
  });

  test("restart and down must keep it, and the next up must find it", async () => {
    const stack = await openStack({ store }, { volumes: { data: {} } });
    await expectWell(stack);
    await fill(stack);
    const before = await contentOf(stack);
    expect((await stack.run(["restart"])).exitCode).toBe(0);
    expect(await contentOf(stack)).toBe(before);
    const down = await stack.run(["down"]);
    expect(down.exitCode).toBe(0);
    expect(down.stdout).toContain(`data stays in ${stack.name}_data`);
    await expectWell(stack);
    expect(await contentOf(stack)).toBe(before);
  });

  test("down --volumes must not delete without a yes, and must say what it would delete", async () => {
    const stack = await openStack({ store }, { volumes: { data: {} } });
    await expectWell(stack);
    await fill(stack);
    const before = await contentOf(stack);
    const error = failureOf(await stack.run(["down", "--volumes", "--json"]), 2, "confirmation-needed");
    expect(error.message).toContain(`${stack.name}_data`);
    expect(error.fixes.map(({ command }) => command)).toEqual(["goat-dev down --volumes --yes"]);
    expect(await contentOf(stack)).toBe(before);
    expect(await stack.container("store")).toMatchObject({ status: "running" });
    expect((await stack.run(["down", "--volumes", "--yes"])).exitCode).toBe(0);
    expect(await stack.volumes()).toEqual([]);
  });
});
