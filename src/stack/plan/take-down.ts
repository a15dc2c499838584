import type { ObservedService, ObservedStack } from "../../model/observed.ts";
import type { Plan } from "../../model/plan.ts";
import type { StackSpec } from "../../model/stack.ts";
import { createPlanBuilder } from "./steps.ts";

/** Containers and networks go, dependents first; volumes only where named. What the file no longer knows goes too. Pure. */
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
}

function runs(found: ObservedService): boolean {
  return !["created", "exited", "dead"].includes(found.state);
}

function dependentsOf(stack: StackSpec, name: string): readonly string[] {
  return stack.services
    .filter((service) => service.dependsOn.some((d) => d.service === name))
    .map((service) => service.name);
}

/** Who depends on others comes before them; the loader has refused circles. */
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
