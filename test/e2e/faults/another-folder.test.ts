import { cpSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { docker } from "../../support/docker.ts";
import type { Scenario } from "../../support/scenario.ts";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { compose } from "../../support/scenario-probes.ts";
import { failureOf, idle, openStack } from "./small-stack.ts";

const volumes = { volumes: { data: {} } };

/** A small stack with data, and a second checkout of the same project. */
const openTwo = async () => {
  const stack = await openStack({ store: { ...idle, volumes: ["data:/data"] } }, volumes);
  const other = join(dirname(stack.folder), "other");
  cpSync(stack.folder, other, { recursive: true });
  return { stack, other, there: (...args: readonly string[]) => stack.run(args, { cwd: other }) };
};

const write = async (stack: Scenario): Promise<void> => {
  await docker("exec", (await stack.container("store")).id, "sh", "-c", "echo precious > /data/file");
};

const read = async (stack: Scenario): Promise<string> =>
  docker("exec", (await stack.container("store")).id, "cat", "/data/file");

const mustRun = async (stack: Scenario, args: readonly string[], cwd = stack.folder): Promise<string> => {
  const result = await stack.run(args, { cwd });
  expect(result.exitCode, result.output).toBe(0);
  return result.output;
};

describeOnEngine("a stack that another folder made", () => {
  test.each(["goat-dev", "docker compose"])(
    "with %s must be left alone, containers and data, until it is taken over",
    async (maker) => {
      const { stack, other, there } = await openTwo();
      if (maker === "goat-dev") await mustRun(stack, ["up"]);
      else await compose(stack, "up", "-d");
      await write(stack);
      const { id } = await stack.container("store");

      const commands = [["up"], ["restart"], ["down"], ["down", "--volumes", "--yes"]];
      for (const args of commands) {
        const error = failureOf(await there(...args, "--json"), 4, "stack-of-another-folder");
        expect(error.message).toBe(`${stack.name} is the stack of ${stack.folder}/dev, not of ${other}/dev`);
      }
      expect(await stack.container("store")).toMatchObject({ id, status: "running" });
      expect((await there("status", "--json")).json).toMatchObject({ owner: `${stack.folder}/dev` });

      failureOf(await there("up", "--take-over", "--json"), 2, "confirmation-needed");
      await mustRun(stack, ["up", "--take-over", "--yes"], other);
      expect(await read(stack)).toBe("precious");
      failureOf(await stack.run(["down", "--json"]), 4, "stack-of-another-folder");
      await mustRun(stack, ["down"], other);
      failureOf(await stack.run(["up", "--json"]), 4, "stack-of-another-folder");
      await mustRun(stack, ["up"], other);
      expect(await read(stack)).toBe("precious");
    },
  );

  test("must keep its data from the other folder also where no container is left", async () => {
    const { stack, there } = await openTwo();
    await mustRun(stack, ["up"]);
    await write(stack);
    await mustRun(stack, ["down"]);
    const error = failureOf(await there("down", "--volumes", "--yes", "--json"), 4, "stack-of-another-folder");
    expect(error.text).toContain(`volume ${stack.name}_data`);
    await mustRun(stack, ["up"]);
    expect(await read(stack)).toBe("precious");
  });

  test("must be the moved folder's, and one with another name nobody else's", async () => {
    const { stack, other, there } = await openTwo();
    await mustRun(stack, ["up"]);
    const up = failureOf(await there("up", "--json"), 4, "stack-of-another-folder");
    expect(up.fixes[0]?.command).toBe("goat-dev up --instance auto");
    await mustRun(stack, ["up", "--project-name", `${stack.name}-other`], other);
    await mustRun(stack, ["down", "--volumes", "--yes", "--project-name", `${stack.name}-other`], other);
    const moved = `${stack.folder}-moved`;
    renameSync(stack.folder, moved);
    await mustRun(stack, ["up"], moved);
    await mustRun(stack, ["down", "--volumes", "--yes"], moved);
    expect(await stack.volumes()).toEqual([]);
  });

  test("a volume on which Compose has written no folder must be whoever's takes it first", async () => {
    const { stack, other } = await openTwo();
    await compose(stack, "up", "-d");
    await write(stack);
    await compose(stack, "down");
    await mustRun(stack, ["up"], other);
    expect(await read(stack)).toBe("precious");
    await mustRun(stack, ["down"], other);
    failureOf(await stack.run(["up", "--json"]), 4, "stack-of-another-folder");
  });
});
