import { expect, test } from "vitest";
import { pending, ready, type Verdict } from "../../../src/readiness/probe.ts";
import { askOnce, hear, untilHanging, whileWatched } from "../../../src/readiness/silence.ts";
import { createTestClock } from "../../support/clock.ts";

const silent = pending("GET / on port 1: no answer in time");
const refused = pending("GET / on port 1: connection refused");

/** Answers in turn, the last one for ever. */
const answering = (...verdicts: readonly Verdict[]) => {
  const asked: Verdict[] = [];
  const question = async (): Promise<Verdict> => {
    const verdict = verdicts[Math.min(asked.length, verdicts.length - 1)] ?? ready;
    asked.push(verdict);
    return verdict;
  };
  return { question, asked };
};

const never = (): Promise<never> => new Promise(() => undefined);

const paced = () => ({ clock: createTestClock(), signal: new AbortController().signal, pauseMs: 1, limitMs: 1_000 });

test("a service that was silent once must be asked again, and believed when it answers", async () => {
  const { question, asked } = answering(silent, silent, ready);
  expect(await hear(question, paced())).toEqual(ready);
  expect(asked).toHaveLength(3);
});

test("three silences in turn must be told as silence", async () => {
  const { question, asked } = answering(silent);
  expect(await hear(question, paced())).toEqual(silent);
  expect(asked).toHaveLength(3);
});

test("a refused connection must be no silence: it is told at once", async () => {
  const { question, asked } = answering(refused);
  expect(await hear(question, paced())).toEqual(refused);
  expect(asked).toHaveLength(1);
});

test("a service must not be taken for hanging while it answers in between", async () => {
  const { question, asked } = answering(ready, silent, silent, ready, silent, refused, silent);
  expect(await untilHanging(question, paced())).toBe("GET / on port 1: no answer in time, 3 times in turn");
  expect(asked).toHaveLength(9);
});

test("a question that ends with its limit must be silence, and one that fails must fail", async () => {
  const { signal } = new AbortController();
  const ended = (limited: AbortSignal) =>
    new Promise<Verdict>((_, reject) => limited.addEventListener("abort", () => reject(limited.reason)));
  expect(await askOnce(ended, signal, 1)).toEqual(pending("no answer in time"));
  await expect(askOnce(() => Promise.reject(new Error("gone")), signal, 1_000)).rejects.toThrow("gone");
});

test("work must end with what a watch throws, and the watch with the work", async () => {
  const { signal } = new AbortController();
  const failing = () => Promise.reject(new Error("it hangs"));
  await expect(whileWatched(never, [failing], signal)).rejects.toThrow("it hangs");
  let over: AbortSignal | null = null;
  const watch = (given: AbortSignal): Promise<never> => {
    over = given;
    return never();
  };
  expect(await whileWatched(async () => "done", [watch], signal)).toBe("done");
  expect(over).toMatchObject({ aborted: true });
});
