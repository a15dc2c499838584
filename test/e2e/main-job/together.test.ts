import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Scenario } from "../../support/scenario.ts";
import { describeOnEngine, openScenario } from "../../support/scenario-hooks.ts";
import { idsOf, until } from "../../support/scenario-probes.ts";

const isLocked = ({ env }: Scenario): boolean => {
  const folder = join(env["HOME"] ?? "", ".local", "state", "goat-dev", "locks");
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith(".lock"));
};

const sleeper = `    command: ["sh", "-c", "trap 'exit 0' INT TERM; while :; do sleep 0.2; done"]\n`;
const role = "    x-goat: { role: database }\n";

/** A database that runs and never answers: `up` waits for it until something happens. */
const hold = (stack: Scenario): void =>
  stack.edit("dev/docker-compose.yml", (text) => text.replace(role, () => role + sleeper));

const letGo = (stack: Scenario): void => stack.edit("dev/docker-compose.yml", (text) => text.replace(sleeper, ""));

const untilPostgresRuns = (stack: Scenario): Promise<void> =>
  until("postgres runs", async () =>
    (await stack.containers()).some(({ service, status }) => service === "postgres" && status === "running"),
  );

describeOnEngine("one at a time", () => {
  test("a second up must wait for the first, say for whom, and find nothing left to do", async () => {
    const stack = await openScenario();
    const first = stack.start(["up", "langfuse"]);
    await until("the first up holds the lock", () => isLocked(stack));
    const second = stack.start(["up", "langfuse"]);
    await second.until(new RegExp(`waiting for goat-dev up \\(pid ${first.pid}\\), which works on ${stack.name}`));
    const { exitCode, output } = await first.done;
    expect(exitCode, output).toBe(0);
    const ids = await idsOf(stack);
    expect(Object.keys(ids)).toEqual(["langfuse", "postgres"]);
    const { exitCode: status, stdout } = await second.done;
    expect(status).toBe(0);
    expect(stdout).toContain("ready and as configured");
    expect(await idsOf(stack)).toEqual(ids);
    expect(isLocked(stack)).toBe(false);
  });

  test("a lock that a killed up left behind must be taken over", async () => {
    const stack = await openScenario();
    hold(stack);
    const killed = stack.start(["up", "postgres"]);
    await untilPostgresRuns(stack);
    killed.kill("SIGKILL");
    expect((await killed.done).exitCode).toBeNull();
    expect(isLocked(stack)).toBe(true);
    letGo(stack);
    const up = await stack.run(["up", "postgres"]);
    expect(up.exitCode, up.output).toBe(0);
    expect(up.stderr).not.toContain("waiting for");
  });

  test("Ctrl-C during up must end it with 130, leave what has started, and a later up must go on", async () => {
    const stack = await openScenario();
    hold(stack);
    const up = stack.start(["up", "langfuse"]);
    await untilPostgresRuns(stack);
    up.interrupt();
    const { exitCode, stderr } = await up.done;
    expect(exitCode).toBe(130);
    expect(stderr).toContain("interrupted");
    expect(stderr).toContain("goat-dev up");
    expect(await stack.container("postgres")).toMatchObject({ status: "running" });
    expect(isLocked(stack)).toBe(false);
    letGo(stack);
    expect((await stack.run(["up", "langfuse"])).exitCode).toBe(0);
  });

  test("Ctrl-C on a terminal must give the cursor back", async () => {
    const stack = await openScenario();
    hold(stack);
    const up = stack.start(["up", "postgres"], { tty: true });
    await untilPostgresRuns(stack);
    up.interrupt();
    const { exitCode, stdout } = await up.done;
    expect(exitCode).toBe(130);
    expect(stdout.lastIndexOf("\u001b[?25h")).toBeGreaterThan(stdout.lastIndexOf("\u001b[?25l"));
  });
});
