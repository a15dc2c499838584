import { expect, test } from "vitest";
import type { RunningCli } from "../../support/cli.ts";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { startRegistry } from "./registry.ts";
import { expectWell, failureOf, held, idle, openStack, release, untilRunning, writeStack } from "./small-stack.ts";

const signals: readonly (readonly [string, (cli: RunningCli) => void])[] = [
  ["Ctrl-C", (cli) => cli.interrupt()],
  ["SIGTERM", (cli) => cli.kill("SIGTERM")],
  [
    "a second Ctrl-C",
    (cli) => {
      cli.interrupt();
      cli.interrupt();
    },
  ],
];

describeOnEngine("an interrupted up", () => {
  test.for(signals)("%s while it waits must end it with 130, leave what runs, and free the stack", async ([, send]) => {
    const stack = await openStack({ early: idle, late: held });
    const up = stack.start(["up"]);
    await up.until(/✔ early/);
    await untilRunning(stack, "late");
    const before = await stack.containers();
    send(up);
    const result = await up.done;
    expect(result.exitCode, result.output).toBe(130);
    expect(await stack.containers()).toEqual(before);
    await release(stack, "late");
    await expectWell(stack);
    expect(await stack.containers()).toEqual(before);
  });

  test("Ctrl-C must say that what has started is left running, and how to go on or stop", async () => {
    const stack = await openStack({ late: held });
    const up = stack.start(["up", "--json"]);
    await untilRunning(stack, "late");
    up.interrupt();
    const error = failureOf(await up.done, 130, "interrupted");
    expect(error.message).toContain("left running");
    expect(error.fixes.map(({ command }) => command)).toEqual(["goat-dev up", "goat-dev down"]);
    expect((await stack.run(["down"])).exitCode).toBe(0);
    expect(await stack.containers()).toEqual([]);
  });

  test("Ctrl-C during a pull must end it at once, and the next up must go on", async () => {
    const registry = await startRegistry(() => undefined);
    const stack = await openStack({ api: { ...idle, image: `${registry.host}/shop/api:1` } });
    const up = stack.start(["up", "--json"]);
    await registry.asked(/manifests/);
    up.interrupt();
    failureOf(await up.done, 130, "interrupted");
    expect(await stack.containers()).toEqual([]);
    writeStack(stack, { api: idle });
    await expectWell(stack);
  });

  test("Ctrl-C on a terminal must restore the cursor and exit with 130", async () => {
    const stack = await openStack({ late: held });
    const up = stack.start(["up"], { tty: true });
    await up.until(/late.*test -e/);
    up.interrupt();
    const result = await up.done;
    expect(result.exitCode, result.output).toBe(130);
    expect(result.output.lastIndexOf("\u001b[?25h")).toBeGreaterThanOrEqual(result.output.lastIndexOf("\u001b[?25l"));
    expect(await stack.container("late")).toMatchObject({ status: "running" });
  });
});
