import { expect, inject, onTestFinished, test } from "vitest";
import { docker } from "../../support/docker.ts";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { expectWell, failureOf, idle, openStack, type } from "./small-stack.ts";

/** A container that goat-dev did not make; gone when the test is. */
const createForeign = async (name: string): Promise<string> => {
  onTestFinished(async () => void (await docker("rm", "--force", name).catch(() => undefined)));
  return docker("create", "--name", name, inject("e2e").base, "true");
};

describeOnEngine("a container name that is taken", () => {
  test("up must name the foreign container, leave it alone, and what is printed must mend it", async () => {
    const stack = await openStack({ web: idle });
    const name = `${stack.name}-web-1`;
    const id = await createForeign(name);
    const error = failureOf(await stack.run(["up", "--json"]), 4, "name-taken");
    expect(error).toMatchObject({ service: "web", message: expect.stringContaining(name) });
    expect(await docker("inspect", "--format", "{{.Id}}", name)).toBe(id);

    const commands = error.fixes.map(({ command }) => command);
    expect(commands).toEqual([`docker ps --all --filter name=^${name}$`, `docker rm --force ${name}`]);
    expect(await type(stack, commands[0] ?? "")).toContain(name);
    await type(stack, commands[1] ?? "");
    await expectWell(stack);
  });

  test("up must not take a network of another stack for its own", async () => {
    const stack = await openStack({ web: idle });
    const name = `${stack.name}_default`;
    onTestFinished(async () => void (await docker("network", "rm", name).catch(() => undefined)));
    await docker("network", "create", name);
    const up = await stack.run(["up", "--json"]);
    const error = failureOf(up, 1, "engine-refused");
    expect(error.message).toContain(name);
    await type(stack, error.fixes[0]?.command ?? "");
    await expectWell(stack);
  });
});
