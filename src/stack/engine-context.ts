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
}
