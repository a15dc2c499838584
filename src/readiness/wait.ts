import type { Clock } from "../platform/clock.ts";
import type { FailureReason, Probe, ProbeContext } from "./probe.ts";
import { askOnce } from "./silence.ts";

export type WaitResult =
  | { readonly state: "ready"; readonly tookMs: number }
  | { readonly state: "failed"; readonly why: string; readonly reason?: FailureReason; readonly tookMs: number }
  /** `why` is what was last heard. */
  | { readonly state: "timeout"; readonly why: string; readonly tookMs: number };

export interface WaitOptions {
  readonly clock: Clock;
  /** Ends the wait from outside: its reason is thrown. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Limit of one try; near the end of the wait it shrinks to the time left, but not below two seconds. */
  readonly tryLimitMs: number;
  readonly context: Omit<ProbeContext, "signal" | "clock">;
  /** Called when what is heard changes. */
  onHeard?(why: string): void;
  /** Called every 5 s during a long wait, with the last verdict's `why`. An error that it throws ends the wait. */
  look?(why: string): Promise<void>;
}

const shortestPauseMs = 30;

const longestPauseMs = 100;

/** The pause is this many times the last question's time: answering costs the service what it needs to get ready. */
const pausesToAQuestion = 10;

const shortTryMs = 2_000;

const lookEveryMs = 5_000;

/** Asks from the start, ten to thirty times a second, until a final verdict or the timeout. Throws what `look` does. */
export async function waitUntilReady(probe: Probe, options: WaitOptions): Promise<WaitResult> {
  const { clock, signal } = options;
  const begin = clock.now();
  let heard = "nothing yet";
  let nextLookMs = lookEveryMs;
  for (;;) {
    signal.throwIfAborted();
    const asked = clock.now();
    const leftMs = options.timeoutMs - (asked - begin);
    const verdict = await askOnce(
      (limited) => probe({ ...options.context, clock, signal: limited }),
      signal,
      Math.min(options.tryLimitMs, Math.max(leftMs, shortTryMs)),
    );
    const tookMs = clock.now() - begin;
    if (verdict.state === "ready") return { state: "ready", tookMs };
    if (verdict.why !== heard) options.onHeard?.(verdict.why);
    heard = verdict.why;
    if (verdict.state === "failed") return { ...verdict, tookMs };
    if (tookMs >= nextLookMs) {
      nextLookMs = tookMs + lookEveryMs;
      await options.look?.(heard);
    }
    const pauseMs = pauseAfter(clock.now() - asked);
    if (tookMs + pauseMs >= options.timeoutMs) return { state: "timeout", why: heard, tookMs };
    await clock.sleep(pauseMs, signal);
  }
}

function pauseAfter(questionMs: number): number {
  return Math.min(Math.max(questionMs * pausesToAQuestion, shortestPauseMs), longestPauseMs);
}
