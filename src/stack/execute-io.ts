import type { ServiceSpec } from "../model/stack.ts";
import type { EngineContext } from "./engine-context.ts";
import type { Reporter } from "./report.ts";
import type { Watch } from "./watch.ts";

/** What a plan is run with. */
export interface ExecuteIo extends EngineContext {
  readonly watch: Watch;
  readonly report: Reporter;
  /** The stack's name. */
  readonly stack: string;
  readonly services: readonly ServiceSpec[];
  /** On the clock, in milliseconds; null for no limit but each service's own. */
  readonly deadline: number | null;
}
