import { GoatError } from "../errors/goat-error.ts";
import type { Clock } from "../platform/clock.ts";
import { findTrace } from "./langfuse.ts";
import type { TracingAccess } from "./request.ts";
import type { Trace } from "./trace.ts";

export interface SeenTrace {
  readonly id: string;
  readonly url: string;
  /** From the start of the wait. */
  readonly afterMs: number;
  readonly model: string | null;
  readonly totalTokens: number | null;
  readonly costUsd: number | null;
}

export interface TraceWait {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

const firstPauseMs = 150;
const longestPauseMs = 1_000;
const backOff = 1.3;

interface Look {
  readonly trace: Trace | null;
  readonly heard: string;
}

/**
 * Waits until the trace is there with its generation. Throws `trace-missing` when `timeoutMs` passes, `tracing-refused`
 * at once where the keys are refused.
 */
export async function waitForTrace(access: TracingAccess, traceId: string, wait: TraceWait): Promise<SeenTrace> {
  const { signal, clock, timeoutMs } = wait;
  const startedAt = clock.now();
  let pauseMs = firstPauseMs;
  for (;;) {
    const { trace, heard } = await look(access, traceId, signal);
    const generation = trace?.generations[0];
    const passedMs = clock.now() - startedAt;
    if (trace !== null && generation !== undefined) {
      const { model, totalTokens } = generation;
      const costUsd = generation.costUsd ?? trace.costUsd;
      return { id: trace.id, url: trace.url, afterMs: passedMs, model, totalTokens, costUsd };
    }
    if (passedMs >= timeoutMs) throw missing(access, traceId, heard, timeoutMs);
    await clock.sleep(Math.min(pauseMs, timeoutMs - passedMs), signal);
    pauseMs = Math.min(pauseMs * backOff, longestPauseMs);
  }
}

// A Langfuse that is away for a moment is waited for; one that refuses the keys is not.
async function look(access: TracingAccess, traceId: string, signal: AbortSignal): Promise<Look> {
  try {
    const trace = await findTrace(access, traceId, signal);
    if (trace === null) return { trace, heard: "no such trace yet (404)" };
    return { trace, heard: "the trace is there, its generation is not" };
  } catch (error) {
    if (error instanceof GoatError && error.code === "service-not-ready") return { trace: null, heard: error.message };
    throw error;
  }
}

function missing(access: TracingAccess, traceId: string, heard: string, timeoutMs: number): GoatError {
  return new GoatError(
    "trace-missing",
    `the call's trace did not reach ${access.service} within ${timeoutMs / 1000} s`,
    {
      service: access.service,
      evidence: [`trace ${traceId}: ${heard}`],
      fixes: [
        { command: "goat-dev logs", effect: "shows whether the gateway could send it, and what came of it" },
        { command: "goat-dev up --example", effect: "tries again" },
      ],
    },
  );
}
