import type { ObservedService, ObservedStack } from "../../model/observed.ts";
import type { Plan } from "../../model/plan.ts";
import type { StackSpec } from "../../model/stack.ts";
import { createPlanBuilder, type PlanBuilder } from "./steps.ts";

/**
 * Removes containers, dependents first, then networks and the named volumes. Containers that the Compose file no longer
 * names are removed too. Pure.
 */
export function planDown(stack: StackSpec, observed: ObservedStack, volumes: readonly string[]): Plan {
  const builder = createPlanBuilder();
  const own = dependentsFirst(
    stack,
    observed.services.filter((found) => !found.oneOff),
  );
  const stops = new Map<string, number[]>();
  const removals: number[] = [];
  for (const found of own) {
    const { container } = found;
    const stop = addStop(builder, stack, found, stops, "down");
    const remove = { type: "remove-container", container, anonymousVolumes: volumes.length > 0 } as const;
    removals.push(builder.add(found.name, remove, "down", [stop]));
  }
  for (const { name } of observed.networks) {
    builder.add("network", { type: "remove-network", network: name }, "down", removals);
  }
  for (const volume of volumes) builder.add("volume", { type: "remove-volume", volume }, "down --volumes", removals);
  return { nodes: builder.nodes, drift: {}, orphans: [] };
}

/** Stops the running containers of these services, dependents first, and removes nothing. Pure. */
export function planStop(stack: StackSpec, observed: ObservedStack, names: readonly string[], cause: string): Plan {
  const builder = createPlanBuilder();
  const stops = new Map<string, number[]>();
  const own = observed.services.filter(({ name, oneOff }) => names.includes(name) && !oneOff);
  for (const found of dependentsFirst(stack, own)) addStop(builder, stack, found, stops, cause);
  return { nodes: builder.nodes, drift: {}, orphans: [] };
}

/** Undefined where it does not run. */
function addStop(
  builder: PlanBuilder,
  stack: StackSpec,
  found: ObservedService,
  stops: Map<string, number[]>,
  cause: string,
): number | undefined {
  if (!runs(found)) return undefined;
  const { name, container } = found;
  const action = { type: "stop-container", container, signal: null, graceMs: null } as const;
  const after = dependentsOf(stack, name).flatMap((dependent) => stops.get(dependent) ?? []);
  const stop = builder.add(name, action, cause, after);
  stops.set(name, [...(stops.get(name) ?? []), stop]);
  return stop;
}

function runs(found: ObservedService): boolean {
  return !["created", "exited", "dead"].includes(found.state);
}

function dependentsOf(stack: StackSpec, name: string): readonly string[] {
  return stack.services
    .filter((service) => service.dependsOn.some((d) => d.service === name))
    .map((service) => service.name);
}

/** Each service before those that it depends on; the loader has already refused circular dependencies. */
function dependentsFirst(stack: StackSpec, found: readonly ObservedService[]): readonly ObservedService[] {
  const sorted = new Set<ObservedService>();
  const visit = (service: ObservedService): void => {
    if (sorted.has(service)) return;
    const dependents = dependentsOf(stack, service.name);
    for (const other of found) if (dependents.includes(other.name)) visit(other);
    sorted.add(service);
  };
  found.forEach(visit);
  return [...sorted];
}
