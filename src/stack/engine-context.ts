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
  /** Absent where the stack differs from its Compose file (a demo), or runs on another engine than Compose's. */
  readonly composeHashes?: () => Promise<ComposeHashes>;
  /**
   * What services serve, by container and start time: a cache for callers that observe the same stack repeatedly, since
   * a busy service answers slowly. Absent means that services are asked each time.
   */
  readonly serving?: Map<string, Serving>;
}

/** What a service that reloads says of itself. */
export interface Serving {
  /** Path -> SHA-256, as the service sees it; null for a file that is not there. */
  readonly files: Readonly<Record<string, unknown>>;
  /** Variables that it was given since it was started: `environment.NAME` -> hash, as `fingerprintOf` makes it. */
  readonly variables: Readonly<Record<string, string>>;
}
