import { hostsOf } from "../../model/container.ts";
import type { ObservedStack } from "../../model/observed.ts";
import type { Plan } from "../../model/plan.ts";
import type { ServiceSpec, StackSpec } from "../../model/stack.ts";
import { containerOf, isTemporaryName } from "./containers.ts";
import { type Decision, decide } from "./decide.ts";
import { driftOf } from "./drift.ts";
import { type ChangedNetwork, changedNetworks } from "./networks.ts";
import { definitionChanged, planResources } from "./resources.ts";
import { createPlanBuilder, type PlanBuilder, planCreate, planStart, planStop, type Steps } from "./steps.ts";

export interface ReconcileOptions {
  /** The services to bring up, dependencies included, in the file's order. */
  readonly services: readonly ServiceSpec[];
  /** Services that are started anew even where nothing changed; "soft" lets those reload that can. */
  readonly restart: ReadonlyMap<string, "hard" | "soft">;
}

/** Plans how to get from the observed stack to the wanted one, as a graph of single steps. Pure. */
export function reconcile(stack: StackSpec, observed: ObservedStack, options: ReconcileOptions): Plan {
  const builder = createPlanBuilder();
  const changed = changedNetworks(stack, observed, options.services).filter(({ heldBy }) => heldBy.length === 0);
  const decisions = withEarly(decideAll(stack, observed, options, changed), changed);
  const steps: Steps = {
    cleared: planLeftovers(builder, stack, observed, options.services),
    created: new Map(),
    stopped: new Map(),
    started: new Map(),
    done: new Map(),
  };
  const early = planEarlyStops(builder, decisions, changed, steps);
  const resources = planResources(builder, stack, observed, decisions, { networks: changed, after: early });
  for (const decision of hostsFirst(decisions)) planCreate(builder, stack, decision, decisions, resources, steps);
  // Dependents stop before what they depend on, so stops are planned from the last service to the first.
  for (const decision of [...decisions].reverse()) {
    if (decision.early === undefined) planStop(builder, decision, decisions, steps);
  }
  for (const decision of byDependency(decisions)) planStart(builder, stack, decision, steps);
  return {
    nodes: builder.nodes,
    drift: Object.fromEntries(decisions.filter((d) => d.drift.length > 0).map((d) => [d.service.name, d.drift])),
    orphans: observed.services
      .filter((found) => !found.oneOff && !stack.services.some((service) => service.name === found.name))
      .map((found) => found.container),
  };
}

/** Marks services whose network is recreated, and those that have to stop before them because they depend on them. */
function withEarly(decisions: readonly Decision[], changed: readonly ChangedNetwork[]): readonly Decision[] {
  const keys = changed.map(({ network }) => network.key);
  const attached = changed.flatMap((network) => network.attached);
  const isOn = ({ service, found }: Decision): boolean =>
    (found !== undefined && attached.includes(found)) ||
    service.run.docker?.networks.some(({ network }) => keys.includes(network)) === true;
  const early = new Set(decisions.filter(isOn).map(({ service }) => service.name));
  // Dependencies come first, so a set that grows while it is walked reaches the dependents of dependents.
  for (const { service } of byDependency(decisions)) {
    if (service.dependsOn.some((dependency) => early.has(dependency.service))) early.add(service.name);
  }
  return decisions.map((decision) => (early.has(decision.service.name) ? { ...decision, early: true } : decision));
}

/**
 * Stops everything on a network that is recreated, after a check that nothing else is attached to it. Returns the ids
 * of the steps to wait for.
 */
function planEarlyStops(
  builder: PlanBuilder,
  decisions: readonly Decision[],
  changed: readonly ChangedNetwork[],
  steps: Steps,
): readonly number[] {
  const checks = changed.map(({ network, attached }) => {
    const containers = attached.map(({ container }) => container);
    return builder.add("network", { type: "check-network", network: network.name, containers }, definitionChanged, []);
  });
  for (const decision of [...decisions].reverse()) {
    if (decision.early !== undefined) planStop(builder, decision, decisions, steps, checks);
  }
  return [...checks, ...steps.stopped.values()];
}

function decideAll(
  stack: StackSpec,
  observed: ObservedStack,
  options: ReconcileOptions,
  changed: readonly ChangedNetwork[],
): readonly Decision[] {
  const renewed = changed.map(({ network }) => network.name);
  const first = options.services.map((service) => {
    const found = containerOf(stack, service, observed);
    const drift = found === undefined ? [] : driftOf(stack, service, found, observed, renewed);
    return decide({
      service,
      found,
      drift,
      restart: options.restart.get(service.name) ?? null,
      oneShot: isOneShot(stack, service),
    });
  });
  // Compose's `depends_on: restart: true`: a service restarts when its dependency does.
  const replaced = new Set(
    first.filter((d) => d.kind === "recreate" || d.kind === "restart").map((d) => d.service.name),
  );
  const isRecreated = (name: string): boolean =>
    first.some(({ service, kind }) => service.name === name && (kind === "recreate" || kind === "create"));
  return first.map((decision) => {
    const leader = decision.service.dependsOn.find((d) => d.restart && replaced.has(d.service));
    const host = hostsOf(decision.service.run.docker ?? {}).find(isRecreated);
    if (decision.found === undefined || decision.kind === "create" || decision.kind === "recreate") return decision;
    // It shares namespaces or volumes with a container that is replaced, and could not be started again after that.
    if (host !== undefined) return follow(decision, host, "recreate");
    return leader !== undefined && decision.kind === "keep" ? follow(decision, leader.service, "restart") : decision;
  });
}

/** In the file's order, except that a service which shares another one's namespaces or volumes comes after it. */
function hostsFirst(decisions: readonly Decision[]): readonly Decision[] {
  const isGuest = ({ service }: Decision): boolean => hostsOf(service.run.docker ?? {}).length > 0;
  return [...decisions.filter((one) => !isGuest(one)), ...byDependency(decisions).filter(isGuest)];
}

/** A completed one-shot that starts again is waited for again. */
function follow(decision: Decision, leader: string, kind: "restart" | "recreate"): Decision {
  return {
    ...decision,
    kind,
    cause: `${leader} is replaced`,
    await: decision.await === "nothing" ? "exit" : decision.await,
  };
}

/** True for a service that succeeds by ending: its readiness is its exit, or another one waits for it to complete. */
function isOneShot(stack: StackSpec, service: ServiceSpec): boolean {
  return (
    service.ready.kind === "exit" ||
    stack.services.some((other) => other.dependsOn.some((d) => d.service === service.name && d.until === "completed"))
  );
}

/** Never-started containers that an interrupted replacement left beside the one in use go first: service -> step id. */
function planLeftovers(
  builder: PlanBuilder,
  stack: StackSpec,
  observed: ObservedStack,
  services: readonly ServiceSpec[],
): Map<string, number> {
  const cleared = new Map<string, number>();
  for (const service of services) {
    const inUse = containerOf(stack, service, observed);
    const leftover = observed.services.find(
      (found) =>
        found.name === service.name && found !== inUse && found.state === "created" && isTemporaryName(found.container),
    );
    if (leftover === undefined) continue;
    const action = { type: "remove-container", container: leftover.handle, anonymousVolumes: false } as const;
    cleared.set(service.name, builder.add(service.name, action, "an interrupted replacement", []));
  }
  return cleared;
}

/** Dependencies first. The loader has refused circles. */
function byDependency(decisions: readonly Decision[]): readonly Decision[] {
  const sorted: Decision[] = [];
  const visit = (decision: Decision): void => {
    if (sorted.includes(decision)) return;
    for (const { service } of decision.service.dependsOn) {
      const needed = decisions.find((candidate) => candidate.service.name === service);
      if (needed !== undefined) visit(needed);
    }
    sorted.push(decision);
  };
  for (const decision of decisions) visit(decision);
  return sorted;
}
