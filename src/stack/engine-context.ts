import type { Engine } from "../engine/engine.ts";
import type { Emit } from "../events/events.ts";
import type { Clock } from "../platform/clock.ts";
import type { ComposeHashes } from "./plan/adopt.ts";

/** What everything needs that talks to an opened engine. */
export interface EngineContext {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** Absent where the stack is not as the file has it, or runs on another engine than Compose's. */
  readonly composeHashes?: () => Promise<ComposeHashes>;
  /** By container and start, for who looks at the same stack again and again: a busy service takes its time to say it. Absent: it is asked. */
  readonly serving?: Map<string, Serving>;
}

/** What a service that reloads says of itself. */
export interface Serving {
  /** Path -> SHA-256, as the service sees it; null for a file that is not there. */
  readonly files: Readonly<Record<string, unknown>>;
  /** Those that it was given since it was started: `environment.NAME` -> hash, as `fingerprintOf` makes it. */
  readonly variables: Readonly<Record<string, string>>;
}
