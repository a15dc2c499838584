import { expect, test } from "vitest";
import { type Probe, pending, ready, type Verdict } from "../../../src/readiness/probe.ts";
import { type WaitResult, waitUntilReady } from "../../../src/readiness/wait.ts";
import { createTestClock } from "../../support/clock.ts";

const unseen = {
  sighting: async () => null,
  exec: async () => ({ exitCode: 0, output: "" }),
  log: async () => "",
};

/** Answers one after the other, the last one for ever. */
const answering = (...verdicts: readonly Verdict[]): Probe & { readonly asked: () => number } => {
  let asked = 0;
  const probe = async (): Promise<Verdict> => {
    asked += 1;
    return verdicts[Math.min(asked, verdicts.length) - 1] ?? pending("nothing to say");
  };
  return Object.assign(probe, { asked: () => asked });
};

const open = (timeoutMs = 60_000) => {
  const clock = createTestClock();
  const abort = new AbortController();
  const heard: string[] = [];
  const wait = (probe: Probe): Promise<WaitResult> =>
    waitUntilReady(probe, {
      clock,
      signal: abort.signal,
      timeoutMs,
      tryLimitMs: 2_000,
      context: unseen,
      onHeard: (why) => heard.push(why),
    });
  return { clock, abort, heard, wait };
};

test("what is ready at once must not be waited for", async () => {
  const { clock, wait } = open();
  expect(await wait(answering(ready))).toEqual({ state: "ready", tookMs: 0 });
  expect(clock.pauses).toEqual([]);
});

test("questions that cost little must come often, others ten a second", async () => {
  const { clock, wait } = open();
  const costs = [0, 1, 5, 50];
  const answers = answering(...costs.map(() => pending("not yet")), ready);
  await wait(async (context) => {
    clock.advance(costs[answers.asked()] ?? 0);
    return answers(context);
  });
  expect(clock.pauses).toEqual([30, 30, 50, 100]);
});

test("what is heard must be told once for each change of it", async () => {
  const { heard, wait } = open();
  const [refused, unwell] = [pending("connection refused"), pending("answers 503")];
  await wait(answering(refused, refused, unwell, unwell, refused, ready));
  expect(heard).toEqual(["connection refused", "answers 503", "connection refused"]);
});

test("a failed verdict must end the wait at once, with its reason", async () => {
  const { clock, wait } = open();
  const failed: Verdict = { state: "failed", why: "another password", reason: "wrong-password" };
  expect(await wait(answering(failed))).toEqual({ ...failed, tookMs: 0 });
  expect(clock.pauses).toEqual([]);
});

test("a limit that passes must give what was last heard, and must not be overstepped", async () => {
  const { clock, wait } = open(3_000);
  const result = await wait(answering(pending("connection refused"), pending("answers 503")));
  expect(result).toMatchObject({ state: "timeout", why: "answers 503" });
  expect(clock.now()).toBeLessThanOrEqual(3_000);
});

test("a limit that has passed already must still leave one question", async () => {
  const { wait } = open(0);
  const probe = answering(ready);
  expect(await wait(probe)).toMatchObject({ state: "ready" });
  expect(probe.asked()).toBe(1);
  expect(await open(0).wait(answering(pending("no")))).toMatchObject({ state: "timeout", why: "no" });
});

test("a signal must end a pause, and its reason must be thrown", async () => {
  const { abort, wait } = open();
  const waiting = wait(async () => {
    setImmediate(() => abort.abort(new DOMException("enough", "AbortError")));
    return pending("not yet");
  });
  await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
});

test("a signal that fired before must leave no question at all", async () => {
  const { abort, wait } = open();
  abort.abort(new Error("before"));
  const probe = answering(ready);
  await expect(wait(probe)).rejects.toThrow("before");
  expect(probe.asked()).toBe(0);
});

test("a try that is cut short by the signal must not be told as an answer", async () => {
  const { abort, heard, wait } = open();
  const waiting = wait(({ signal }) => {
    abort.abort(new Error("enough"));
    return Promise.reject(signal.reason);
  });
  await expect(waiting).rejects.toThrow("enough");
  expect(heard).toEqual([]);
});

test("a probe's own mistake must not be swallowed", async () => {
  await expect(open().wait(() => Promise.reject(new TypeError("our bug")))).rejects.toThrow("our bug");
});
