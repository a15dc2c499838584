import type { Clock } from "../platform/clock.ts";
import { isAway } from "./failures.ts";

const pauseMs = 100;

export interface Wait {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long the database may be away before that is a failure. */
  readonly limitMs: number;
}

/** Tries until the database answers: Postgres and LiteLLM start side by side. Throws the last failure, or one that waiting does not mend. */
export async function untilThere<T>(attempt: () => Promise<T>, { clock, signal, limitMs }: Wait): Promise<T> {
  const start = clock.now();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isAway(error) || clock.now() - start >= limitMs) throw error;
    }
    await clock.sleep(pauseMs, signal);
  }
}
