import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { systemClock } from "../../src/platform/clock.ts";
import { describeLocally, type LocalScenario } from "../support/local-scenario.ts";
import { openSteady } from "../support/tap-clients.ts";

const limitMs = 60_000;

/** Makes calls one after the other, says how many were answered, and stays. */
const program = `
const ask = (n) => fetch(process.env.OPENAI_BASE_URL + "/chat/completions", { method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "call " + n }] }) }).then((a) => a.text());
(async () => {
  for (let n = 1; n <= 3; n += 1) await ask(n);
  console.log("three answered, pid " + process.pid);
  setInterval(() => 0, 1000);
})();`;

const recording = (stack: LocalScenario) => {
  writeFileSync(stack.path("program.cjs"), program);
  return ["run", "--bill", "--record", "calls.jsonl", "--", process.execPath, "program.cjs"];
};

const calls = (stack: LocalScenario): number =>
  readFileSync(stack.path("calls.jsonl"), "utf8").match(/"request":/g)?.length ?? 0;

const isRunning = (pid: number): boolean => existsSync(`/proc/${pid}/exe`);

const until = async (test: () => boolean): Promise<void> => {
  for (const signal = AbortSignal.timeout(limitMs); !test(); ) await systemClock.sleep(20, signal);
};

describeLocally("a run through the tap that ends otherwise than by its program's end", () => {
  test("a goat-dev that is killed while it records must lose no call that was answered, nor keep the file", {
    timeout: limitMs,
  }, async () => {
    const { stack } = await openSteady();
    const run = stack.start(recording(stack));
    await run.until(/three answered/);
    // A call is kept once its answer has gone out.
    await until(() => calls(stack) === 3);
    run.kill("SIGKILL");
    await run.done;
    expect(calls(stack)).toBe(3);
    const next = await stack.run(["run", "--record", "calls.jsonl", "--", "true"]);
    expect(next.exitCode, next.output).toBe(0);
    expect(calls(stack)).toBe(3);
    const shown = await stack.run(["cassette", "show", "calls.jsonl"]);
    expect(shown.exitCode, shown.output).toBe(0);
  });

  test("Ctrl-C must end the program, keep what was recorded, and tell what it cost", {
    timeout: limitMs,
  }, async () => {
    const { stack } = await openSteady();
    const run = stack.start(recording(stack));
    const said = await run.until(/three answered/);
    run.interrupt();
    const ended = await run.done;
    expect(ended.exitCode, ended.output).toBe(130);
    expect(ended.stderr).toMatch(/^3 calls, 1 model/m);
    expect(calls(stack)).toBe(3);
    const pid = Number(/pid (\d+)/.exec(said)?.[1]);
    await until(() => !isRunning(pid));
  });

  test("a child that outlives its program must keep neither goat-dev nor its tap", { timeout: limitMs }, async () => {
    const { stack } = await openSteady();
    const leaving = "sleep 60 >/dev/null 2>&1 & echo child $!; echo $OPENAI_BASE_URL";
    const ended = await stack.run(["run", "--bill", "--", "sh", "-c", leaving]);
    const [child, address] = [/child (\d+)/.exec(ended.stdout)?.[1], /^http\S+$/m.exec(ended.stdout)?.[0]];
    expect(ended.exitCode, ended.output).toBe(0);
    expect(isRunning(Number(child))).toBe(true);
    process.kill(Number(child), "SIGKILL");
    await expect(fetch(`${address}/models`)).rejects.toThrow();
  });
});
