import { setTimeout as delay } from "node:timers/promises";

export interface Clock {
  /** Milliseconds that only grow; differences are durations. */
  now(): number;
  /** Wall time. */
  date(): Date;
  /** Rejects with AbortError when the signal fires. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
};
