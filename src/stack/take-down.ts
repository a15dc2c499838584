import type { ObservedService, ObservedStack } from "../model/observed.ts";
import type { Plan } from "../model/plan.ts";
import type { StackSpec } from "../model/stack.ts";
import type { EngineContext } from "./engine-context.ts";
import { execute } from "./execute.ts";
import { createPlanBuilder } from "./plan-builder.ts";
import { createReporter } from "./report.ts";
import { noWatch, startWatch } from "./watch.ts";

/** Containers and networks go, dependents first; volumes only where named. What the file no longer knows goes too. Pure. */
export const planDown = (stack: StackSpec, observed: ObservedStack, volumes: readonly string[]): Plan => {
  const builder = createPlanBuilder();
  const own = dependentsFirst(
    stack,
    observed.services.filter((found) => !found.oneOff),
  );
  const stops = new Map<string, number[]>();
  const removals: number[] = [];
  for (const found of own) {
    const { container } = found;
    const stop = runs(found)
      ? builder.add(
          found.name,
          { type: "stop-container", container, signal: null, graceMs: null },
          "down",
          dependentsOf(stack, found.name).flatMap((name) => stops.get(name) ?? []),
        )
      : undefined;
    if (stop !== undefined) stops.set(found.name, [...(stops.get(found.name) ?? []), stop]);
    const remove = { type: "remove-container", container, anonymousVolumes: volumes.length > 0 } as const;
    removals.push(builder.add(found.name, remove, "down", [stop]));
  }
  for (const { name } of observed.networks) {
    builder.add("network", { type: "remove-network", network: name }, "down", removals);
  }
  for (const volume of volumes) builder.add("volume", { type: "remove-volume", volume }, "down --volumes", removals);
  return { nodes: builder.nodes, drift: {}, orphans: [] };
};

const runs = (found: ObservedService): boolean => !["created", "exited", "dead"].includes(found.state);

const dependentsOf = (stack: StackSpec, name: string): readonly string[] =>
  stack.services.filter((service) => service.dependsOn.some((d) => d.service === name)).map((service) => service.name);

/** Who depends on others comes before them; the loader has refused circles. */
const dependentsFirst = (stack: StackSpec, found: readonly ObservedService[]): readonly ObservedService[] => {
  const sorted = new Set<ObservedService>();
  const visit = (service: ObservedService): void => {
    if (sorted.has(service)) return;
    const dependents = dependentsOf(stack, service.name);
    for (const other of found) if (dependents.includes(other.name)) visit(other);
    sorted.add(service);
  };
  found.forEach(visit);
  return [...sorted];
};

/** Runs a plan that waits for nothing but the ends of what it stops. */
export const takeDown = async (stack: StackSpec, plan: Plan, context: EngineContext): Promise<void> => {
  const isStopping = plan.nodes.some(({ action }) => action.type === "stop-container");
  await using watch = isStopping ? await startWatch(context.engine, stack.name, context.signal) : noWatch;
  const report = createReporter(plan, context.emit, context.clock);
  await execute(plan, {
    ...context,
    watch,
    report,
    stack: stack.name,
    services: stack.services,
    deadline: null,
  });
};
