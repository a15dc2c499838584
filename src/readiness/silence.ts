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

/** Silent this often in turn, a service hangs; once, it may be busy. */
const silencesOfHanging = 3;

/** Its port takes connections, and nothing comes. */
export function isSilent(why: string): boolean {
  return /no answer (?:in time|within \d+ ms)$/.test(why);
}

export function isSilence(verdict: Verdict): verdict is Extract<Verdict, { state: "pending" }> {
  return verdict.state === "pending" && isSilent(verdict.why);
}

/** What a question that takes too long comes to is silence. */
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

/** Asks again while nothing comes: what was heard first, or the last of as many silences as hanging takes. */
export async function hear(question: Question, { clock, signal, pauseMs, limitMs }: Pace): Promise<Verdict> {
  for (let silences = 1; ; silences += 1) {
    const verdict = await askOnce(question, signal, limitMs);
    if (!isSilence(verdict) || silences === silencesOfHanging) return verdict;
    await clock.sleep(pauseMs, signal);
  }
}

/** Asks now and then, and resolves with what was asked in vain once the service hangs. */
export async function untilHanging(question: Question, options: Pick<Pace, "clock" | "signal">): Promise<string> {
  const pace = { ...options, pauseMs: 3_000, limitMs: 4_000 };
  for (;;) {
    await pace.clock.sleep(pace.pauseMs, pace.signal);
    const verdict = await hear(question, pace);
    if (isSilence(verdict)) return `${verdict.why}, ${silencesOfHanging} times in turn`;
  }
}

/** Does the work, and ends it with what one of the watches throws meanwhile. */
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
