import { criticalPath, type PathPart } from "./critical-path.ts";
import type { EngineContext } from "./engine-context.ts";
import { execute } from "./execute.ts";
import type { Prepared } from "./prepare.ts";
import { createReporter } from "./report.ts";
import { startWatch } from "./watch.ts";

export interface CarriedOut {
  readonly durationMs: number;
  /** What decided how long it took. */
  readonly path: readonly PathPart[];
}

/** Runs the plan and waits until every service is ready; `timeoutMs` limits the whole. */
export async function carryOut(
  prepared: Prepared,
  timeoutMs: number | null,
  context: EngineContext,
): Promise<CarriedOut> {
  const { stack, plan, services } = prepared;
  const begin = context.clock.now();
  await using watch = await startWatch(context.engine, stack.name, context.signal);
  const report = createReporter(plan, context.emit, context.clock);
  const deadline = timeoutMs === null ? null : begin + timeoutMs;
  const timings = await execute(plan, { ...context, watch, report, stack: stack.name, services, deadline });
  return { durationMs: context.clock.now() - begin, path: criticalPath(plan, timings) };
}
