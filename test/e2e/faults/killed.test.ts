import { expect, test } from "vitest";
import { containerIds, docker } from "../../support/docker.ts";
import type { Scenario } from "../../support/scenario.ts";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import {
  expectWell,
  held,
  idle,
  openStack,
  slowToStop,
  untilRunning,
  untilStopping,
  writeStack,
} from "./small-stack.ts";

const slow = (value: string) => ({ ...slowToStop, environment: { VALUE: value } });

/** Kills it while the old container stops; what is given lets that one end. */
const killInReplacement = async (stack: Scenario): Promise<() => Promise<unknown>> => {
  const { id } = await stack.container("web");
  const up = stack.start(["up"]);
  const letEnd = await untilStopping(id);
  up.kill("SIGKILL");
  await up.done;
  return letEnd;
};

/** One container under its own name, as the file says now. */
const expectReplaced = async (stack: Scenario, oldId: string): Promise<void> => {
  const containers = await stack.containers();
  expect(containers.map(({ name, status }) => `${name} ${status}`)).toEqual([`${stack.name}-web-1 running`]);
  expect(containers[0]?.id).not.toBe(oldId);
  expect(containers[0]?.environment).toContain("VALUE=new");
};

describeOnEngine("a goat-dev that is killed", () => {
  test("up must heal a replacement that was killed while the old container stops", async () => {
    const stack = await openStack({ web: slow("old") });
    await expectWell(stack);
    const { id } = await stack.container("web");
    writeStack(stack, { web: slow("new") });
    const letEnd = await killInReplacement(stack);
    expect((await containerIds(stack.name)).length).toBe(2);
    await letEnd();
    await expectWell(stack);
    await expectReplaced(stack, id);
    expect((await expectWell(stack)).json.changed).toEqual([]);
  });

  test("up must heal a replacement that was killed when the old container was gone", async () => {
    const stack = await openStack({ web: slow("old") });
    await expectWell(stack);
    const { id } = await stack.container("web");
    writeStack(stack, { web: slow("new") });
    await killInReplacement(stack);
    await docker("rm", "--force", id);
    const [made] = await containerIds(stack.name);
    await expectWell(stack);
    await expectReplaced(stack, id);
    expect((await stack.container("web")).id).toBe(made);
  });

  test("status and down must cope with a half-done replacement", async () => {
    const stack = await openStack({ web: slow("old") });
    await expectWell(stack);
    writeStack(stack, { web: slow("new") });
    const letEnd = await killInReplacement(stack);
    await letEnd();
    const status = await stack.run(["status", "--json"]);
    expect(status.json.services?.map(({ name }) => name)).toEqual(["web"]);
    expect((await stack.run(["down"])).exitCode).toBe(0);
    expect(await stack.containers()).toEqual([]);
    expect(await stack.networks()).toEqual([]);
  });

  test("up must take over the lock of a killed up, without waiting", async () => {
    const stack = await openStack({ web: held });
    const killed = stack.start(["up"]);
    await untilRunning(stack, "web");
    killed.kill("SIGKILL");
    await killed.done;
    writeStack(stack, { web: idle });
    const up = await expectWell(stack);
    expect(up.stderr).not.toContain("waiting for");
  });
});
