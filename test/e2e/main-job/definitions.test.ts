import { expect, inject, onTestFinished, test } from "vitest";
import { docker } from "../../support/docker.ts";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { idsOf } from "../../support/scenario-probes.ts";
import { expectWell, failureOf, idle, openStack } from "../faults/small-stack.ts";

const services = {
  db: { ...idle, networks: ["back"], volumes: ["data:/data"] },
  web: { ...idle, networks: ["default"] },
};
const more = { networks: { back: { labels: { a: "1" } } }, volumes: { data: {} } };

describeOnEngine("a network or volume whose definition changed", () => {
  test("up must make the network anew with the containers on it, and say so before", async () => {
    const stack = await openStack(services, more);
    await expectWell(stack);
    const made = await idsOf(stack);
    await docker("exec", (await stack.container("db")).id, "sh", "-c", "echo kept >/data/file");
    stack.edit("dev/docker-compose.yml", (text) =>
      text.replace(/back:\n {4}labels:\n {6}a: "1"/, "back:\n    internal: true"),
    );
    const plan = await stack.run(["up", "--plan"]);
    expect(plan.stdout).toContain(`recreate ${stack.name}_back: its definition changed`);
    expect(plan.stdout).toContain(`recreate: network ${stack.name}_back changed`);
    await expectWell(stack);
    const now = await idsOf(stack);
    expect([now["db"] === made["db"], now["web"] === made["web"]]).toEqual([false, true]);
    expect((await docker("network", "inspect", "--format", "{{.Internal}}", `${stack.name}_back`)).trim()).toBe("true");
    expect(await docker("exec", (await stack.container("db")).id, "cat", "/data/file")).toContain("kept");
    expect((await expectWell(stack)).json).toMatchObject({ nothingToDo: true });
  });

  test("somebody else's container on it must be named before anything stops", async () => {
    const stack = await openStack(services, more);
    await expectWell(stack);
    const made = await idsOf(stack);
    const other = `${stack.name}-other`;
    onTestFinished(async () => void (await docker("rm", "--force", other).catch(() => undefined)));
    await docker(
      "run",
      "--detach",
      "--name",
      other,
      "--network",
      `${stack.name}_back`,
      inject("e2e").base,
      "sleep",
      "1000",
    );
    stack.edit("dev/docker-compose.yml", (text) => text.replace('a: "1"', 'a: "2"'));
    const error = failureOf(await stack.run(["up", "--json"]), 1, "engine-refused");
    expect(error.message).toContain(`${other}, which is not of this stack, is attached to it`);
    expect(await idsOf(stack)).toEqual(made);
    expect((await stack.containers()).map(({ status }) => status)).toEqual(["running", "running"]);
    await docker("network", "disconnect", `${stack.name}_back`, other);
    await expectWell(stack);
  });

  test("a volume must keep what it holds, and up say what to do", async () => {
    const stack = await openStack(services, more);
    await expectWell(stack);
    await docker("exec", (await stack.container("db")).id, "sh", "-c", "echo kept >/data/file");
    stack.edit("dev/docker-compose.yml", (text) =>
      text.replace("data: {}", "data: { driver_opts: { type: tmpfs, device: tmpfs } }"),
    );
    for (const args of [["up", "--plan"], ["up"]]) {
      const run = await stack.run(args);
      expect(run.exitCode, run.output).toBe(0);
      expect(run.output).toContain(`volume ${stack.name}_data is not as the Compose file has it any more`);
      expect(run.output).toContain("goat-dev down --volumes");
    }
    expect(await docker("exec", (await stack.container("db")).id, "cat", "/data/file")).toContain("kept");
  });
});
