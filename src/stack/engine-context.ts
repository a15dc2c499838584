import type { Engine } from "../engine/engine.ts";
import type { Emit } from "../events/events.ts";
import type { Clock } from "../platform/clock.ts";

/** What everything needs that talks to an opened engine. */
export interface EngineContext {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly emit: Emit;
}
