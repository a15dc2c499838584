import type { Clock } from "../platform/clock.ts";

export type Verdict =
  | { readonly state: "ready" }
  | { readonly state: "pending"; readonly why: string }
  | { readonly state: "failed"; readonly why: string; readonly reason?: FailureReason };

/** What a probe can tell apart for sure; the rest of a failure is in its words. */
export type FailureReason = "wrong-password" | "no-database" | "exited";

/** What a probe sees of the service's process. */
interface Sighting {
  readonly state: "created" | "running" | "restarting" | "paused" | "exited" | "dead";
  readonly health: "none" | "starting" | "healthy" | "unhealthy";
  readonly exitCode: number | null;
  readonly startedAt: string | null;
  readonly restartCount: number;
}

export interface ProbeContext {
  readonly clock: Clock;
  /** Ends this one try. */
  readonly signal: AbortSignal;
  sighting(): Promise<Sighting | null>;
  exec(command: readonly string[]): Promise<{ readonly exitCode: number; readonly output: string }>;
  /** The log so far. */
  log(): Promise<string>;
}

export const ready: Verdict = { state: "ready" };
export const pending = (why: string): Verdict => ({ state: "pending", why });
