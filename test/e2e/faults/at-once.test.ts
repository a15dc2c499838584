import { expect, test } from "vitest";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import {
  expectNothingMade,
  expectWell,
  held,
  idle,
  openStack,
  release,
  slowToStop,
  untilRunning,
  untilStopping,
} from "./small-stack.ts";

describeOnEngine("commands at once on one stack", () => {
  test("down must wait for the up before it, say for whom, and then take everything away", async () => {
    const stack = await openStack({ web: held });
    const up = stack.start(["up", "--json"]);
    await untilRunning(stack, "web");
    const down = stack.start(["down"]);
    await down.until(new RegExp(`waiting for goat-dev up \\(pid ${up.pid}\\)`));
    await release(stack, "web");
    expect((await up.done).exitCode).toBe(0);
    expect((await down.done).exitCode).toBe(0);
    await expectNothingMade(stack);
  });

  test("up must wait for the down before it, and then bring everything up", async () => {
    const stack = await openStack({ web: slowToStop });
    await expectWell(stack);
    const { id } = await stack.container("web");
    const down = stack.start(["down"]);
    const letEnd = await untilStopping(id);
    const up = stack.start(["up", "--json"]);
    await up.until(/waiting for goat-dev down/);
    await letEnd();
    expect((await down.done).exitCode).toBe(0);
    const { exitCode, json, output } = await up.done;
    expect(exitCode, output).toBe(0);
    expect(json.changed).toEqual(["web"]);
  });

  test("many at once must all end well, in some order", async () => {
    const stack = await openStack({ one: idle, two: { ...idle, depends_on: ["one"] } });
    const commands = ["up", "restart", "down", "up", "status", "up"];
    const runs = await Promise.all(commands.map((command) => stack.run([command])));
    for (const { args, exitCode, output } of runs) {
      // A look in the middle of it all finds what is not ready.
      expect(args[0] === "status" ? [0, 5] : [0], output).toContain(exitCode);
    }
    await expectWell(stack);
    expect((await stack.containers()).map(({ name }) => name)).toEqual([`${stack.name}-one-1`, `${stack.name}-two-1`]);
  });

  test("two that cannot see each other's lock must do no harm: what one cannot do it tells, and the next up is well", async () => {
    const stack = await openStack({ one: idle, two: { ...idle, depends_on: ["one"] } });
    const homes = ["a", "b"].map((name) => ({ env: { HOME: stack.path("..", `home-${name}`) } }));
    const runs = await Promise.all(homes.map((options) => stack.run(["up", "--json"], options)));
    const told = runs.filter(({ exitCode }) => exitCode !== 0).map(({ json }) => json.error?.code);
    for (const code of told) expect(["name-taken", "engine-refused"], JSON.stringify(runs)).toContain(code);
    await expectWell(stack);
    expect((await stack.containers()).map(({ name }) => name)).toEqual([`${stack.name}-one-1`, `${stack.name}-two-1`]);
  });
});
