import type { Clock } from "../../src/platform/clock.ts";

export interface TestClock extends Clock {
  advance(ms: number): void;
  /** Every pause that was asked for, in order. */
  readonly pauses: readonly number[];
}

interface Sleeper {
  readonly until: number;
  wake(): void;
}

const aborted = (signal: AbortSignal): Error =>
  Object.assign(new Error("aborted", { cause: signal.reason }), { name: "AbortError" });

/** Time passes only where it is advanced or slept through, and nobody really waits: the earliest sleeper wakes next. */
export const createTestClock = (start = "2026-01-01T00:00:00.000Z"): TestClock => {
  let nowMs = 0;
  const pauses: number[] = [];
  const sleepers = new Set<Sleeper>();
  const wakeNext = (): void => {
    const [next] = [...sleepers].toSorted((a, b) => a.until - b.until);
    if (next === undefined) return;
    nowMs = Math.max(nowMs, next.until);
    next.wake();
  };
  return {
    pauses,
    now: () => nowMs,
    date: () => new Date(Date.parse(start) + nowMs),
    advance: (ms) => {
      nowMs += ms;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(aborted(signal));
        pauses.push(ms);
        const sleeper = { until: nowMs + ms, wake: () => settle(resolve) };
        const settle = (end: () => void): void => {
          sleepers.delete(sleeper);
          signal.removeEventListener("abort", giveUp);
          end();
        };
        const giveUp = (): void => settle(() => reject(aborted(signal)));
        sleepers.add(sleeper);
        signal.addEventListener("abort", giveUp, { once: true });
        setImmediate(wakeNext);
      }),
  };
};
