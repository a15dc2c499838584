import type { Clock } from "../platform/clock.ts";
import { deadline } from "../platform/deadline.ts";
import { pending, type Verdict } from "./probe.ts";

/** Asks a service once, and ends with the signal. */
export type Question = (signal: AbortSignal) => Promise<Verdict>;

interface Pace {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Between two questions. */
  readonly pauseMs: number;
  /** Of one question: longer than a busy machine takes for the smallest answer. */
  readonly limitMs: number;
}

/** After this many unanswered questions in a row a service counts as hanging; after only one it may be busy. */
const silencesOfHanging = 3;

/** True for a `why` that says the service gave no answer in time. */
export function isSilent(why: string): boolean {
  return /no answer (?:in time|within \d+ ms)$/.test(why);
}

export function isSilence(verdict: Verdict): verdict is Extract<Verdict, { state: "pending" }> {
  return verdict.state === "pending" && isSilent(verdict.why);
}

/** Asks once; a question that takes longer than `limitMs` counts as silence, a pending verdict. */
export async function askOnce(question: Question, outer: AbortSignal, limitMs: number): Promise<Verdict> {
  using limit = deadline(outer, limitMs);
  try {
    return await question(limit.signal);
  } catch (error) {
    outer.throwIfAborted();
    if (limit.isOver()) return pending("no answer in time");
    throw error;
  }
}

/** Asks until an answer comes, and returns it; else the last silence, once there were as many as hanging takes. */
export async function hear(question: Question, { clock, signal, pauseMs, limitMs }: Pace): Promise<Verdict> {
  for (let silences = 1; ; silences += 1) {
    const verdict = await askOnce(question, signal, limitMs);
    if (!isSilence(verdict) || silences === silencesOfHanging) return verdict;
    await clock.sleep(pauseMs, signal);
  }
}

/** Asks about every 3 s, and resolves once the service counts as hanging, with the unanswered question in words. */
export async function untilHanging(question: Question, options: Pick<Pace, "clock" | "signal">): Promise<string> {
  const pace = { ...options, pauseMs: 3_000, limitMs: 4_000 };
  for (;;) {
    await pace.clock.sleep(pace.pauseMs, pace.signal);
    const verdict = await hear(question, pace);
    if (isSilence(verdict)) return `${verdict.why}, ${silencesOfHanging} times in turn`;
  }
}

/** Runs `work` beside the watches. The first watch that throws ends the work, and its error is thrown. */
export async function whileWatched<T>(
  work: (signal: AbortSignal) => Promise<T>,
  watches: readonly ((signal: AbortSignal) => Promise<never>)[],
  outer: AbortSignal,
): Promise<T> {
  const over = new AbortController();
  const signal = AbortSignal.any([outer, over.signal]);
  try {
    return await Promise.race([work(signal), ...watches.map((watch) => watch(signal))]);
  } finally {
    over.abort();
  }
}
