import type { Engine } from "../engine/engine.ts";
import type { Emit } from "../events/events.ts";
import type { Clock } from "../platform/clock.ts";

/** What everything in this folder acts on. */
export interface World {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly emit: Emit;
}
