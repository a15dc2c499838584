import { hostsOf } from "../../model/container.ts";
import type { Action, PlanNode } from "../../model/plan.ts";
import type { ServiceSpec, StackSpec } from "../../model/stack.ts";
import { containerName, isTemporaryName, temporaryName } from "./containers.ts";
import type { Decision } from "./decide.ts";
import { changedVariables } from "./drift.ts";

export interface PlanBuilder {
  readonly nodes: readonly PlanNode[];
  /** Returns the step's id. Undefined entries of `after` are left out. */
  add(subject: string, action: Action, cause: string, after: Edges, softAfter?: Edges): number;
}

type Edges = readonly (number | undefined)[];

export function createPlanBuilder(): PlanBuilder {
  const nodes: PlanNode[] = [];
  return {
    nodes,
    add: (subject, action, cause, after, softAfter = []) => {
      const id = nodes.length + 1;
      const soft = present(softAfter);
      nodes.push({
        id,
        subject,
        action,
        cause,
        after: present(after),
        ...(soft.length > 0 ? { softAfter: soft } : {}),
      });
      return id;
    },
  };
}

function present(edges: Edges): number[] {
  return [...new Set(edges.filter((edge) => edge !== undefined))];
}

/** The steps that are planned so far: service -> step id. */
export interface Steps {
  readonly cleared: Map<string, number>;
  readonly created: Map<string, number>;
  readonly stopped: Map<string, number>;
  readonly started: Map<string, number>;
  readonly done: Map<string, number>;
}

export function planCreate(
  builder: PlanBuilder,
  stack: StackSpec,
  decision: Decision,
  all: readonly Decision[],
  resources: ReadonlyMap<string, number>,
  steps: Steps,
): void {
  if (decision.kind !== "create" && decision.kind !== "recreate") return;
  const { service, found } = decision;
  const spec = service.run.docker;
  const hosts = spec === undefined ? [] : hostsOf(spec);
  const needs = [
    steps.cleared.get(service.name),
    ...hosts.map((name) => steps.created.get(name)),
    ...(spec === undefined ? [] : [resources.get(`image:${spec.image}`)]),
    ...(spec?.networks ?? []).map((attachment) => resources.get(`network:${attachment.network}`)),
    ...(spec?.mounts ?? []).map((mount) =>
      mount.kind === "volume" ? resources.get(`volume:${mount.volume}`) : undefined,
    ),
  ];
  const container = newName(stack, decision);
  const replaces = found === undefined ? {} : { replaces: found.container };
  const action = {
    type: "create-container",
    stack,
    service,
    container,
    fingerprint: decision.fingerprint,
    ...(hosts.length > 0 ? { hosts: containersOf(hosts, stack, all) } : {}),
    ...replaces,
  } as const;
  steps.created.set(service.name, builder.add(service.name, action, decision.cause, needs));
}

/** Made beside the old one, under another name: if it cannot be made, the old one still runs. */
function newName(stack: StackSpec, { service, found }: Decision): string {
  const name = containerName(stack, service);
  return found === undefined ? name : temporaryName(found.handle, name);
}

/** Service -> the container that it has, or is given by this plan. */
function containersOf(names: readonly string[], stack: StackSpec, all: readonly Decision[]): Record<string, string> {
  const decisions = all.filter(({ service }) => names.includes(service.name));
  return Object.fromEntries(
    decisions.map((decision) => {
      const { kind, found, service } = decision;
      const isNew = kind === "create" || kind === "recreate";
      return [service.name, isNew || found === undefined ? newName(stack, decision) : found.container];
    }),
  );
}

export function planStop(
  builder: PlanBuilder,
  decision: Decision,
  all: readonly Decision[],
  steps: Steps,
  after: readonly number[] = [],
): void {
  const { service, found, cause } = decision;
  if (found === undefined || (decision.kind !== "recreate" && decision.kind !== "restart")) return;
  const dependents = all
    .filter((other) => other.service.dependsOn.some((dependency) => dependency.service === service.name))
    .map((other) => steps.stopped.get(other.service.name));
  const stop = { type: "stop-container", container: found.container, signal: null, graceMs: null } as const;
  steps.stopped.set(
    service.name,
    builder.add(service.name, stop, cause, [steps.created.get(service.name), ...dependents, ...after]),
  );
}

export function planStart(builder: PlanBuilder, stack: StackSpec, decision: Decision, steps: Steps): void {
  const { service, found, cause } = decision;
  const subject = service.name;
  const container = containerName(stack, service);
  const placed =
    decision.kind === "recreate"
      ? planSwap(builder, stack, decision, steps)
      : planRename(builder, container, decision, steps);
  const edges = dependencyEdges(service, steps);
  const target = placed === undefined && found !== undefined ? found.container : container;
  if (decision.kind === "reload" && service.reload !== undefined) {
    const action = {
      type: "reload-service",
      service: subject,
      container: target,
      command: service.reload.command,
      variables: changedVariables(service, decision.drift),
      timeoutMs: service.readyTimeoutMs,
    } as const;
    steps.started.set(subject, builder.add(subject, action, cause, [placed, ...edges.hard], edges.soft));
  } else if (decision.kind !== "keep") {
    const after = [steps.created.get(subject), steps.stopped.get(subject), placed, ...edges.hard];
    steps.started.set(
      subject,
      builder.add(subject, { type: "start-container", container: target }, cause, after, edges.soft),
    );
  }
  if (decision.await === "nothing") return;
  const type = decision.await === "exit" ? "await-exit" : "await-ready";
  const wait = { type, service: subject, container: target, timeoutMs: service.readyTimeoutMs } as const;
  const after = [steps.started.get(subject), placed, ...(decision.kind === "keep" ? edges.hard : [])];
  steps.done.set(subject, builder.add(subject, wait, cause, after));
}

/** Gives a container its proper name where an interrupted replacement did not come that far. */
function planRename(
  builder: PlanBuilder,
  name: string,
  { service, found }: Decision,
  steps: Steps,
): number | undefined {
  return found !== undefined && isTemporaryName(found.container)
    ? builder.add(
        service.name,
        { type: "rename-container", container: found.container, name },
        "an interrupted replacement",
        // Only after the stop, which still addresses the container by its present name.
        [steps.stopped.get(service.name)],
      )
    : undefined;
}

/** The old container goes, the new one takes its name. */
function planSwap(builder: PlanBuilder, stack: StackSpec, decision: Decision, steps: Steps): number {
  const { service, found, cause } = decision;
  const name = containerName(stack, service);
  const old = found?.handle ?? "";
  const remove = { type: "remove-container", container: old, anonymousVolumes: false } as const;
  const removed = builder.add(service.name, remove, cause, [steps.stopped.get(service.name)]);
  const rename = { type: "rename-container", container: temporaryName(old, name), name } as const;
  return builder.add(service.name, rename, cause, [removed, steps.created.get(service.name)]);
}

function dependencyEdges(service: ServiceSpec, steps: Steps) {
  const awaited = service.dependsOn.filter(({ beside }) => beside === undefined);
  const idOf = (dependency: ServiceSpec["dependsOn"][number]) =>
    dependency.until === "started" ? steps.started.get(dependency.service) : steps.done.get(dependency.service);
  return {
    hard: awaited.filter((d) => d.required).map(idOf),
    soft: awaited.filter((d) => !d.required).map(idOf),
  };
}
