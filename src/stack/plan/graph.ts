import { GoatError } from "../../errors/goat-error.ts";
import type { Plan, PlanNode } from "../../model/plan.ts";
import type { ServiceSpec, StackSpec } from "../../model/stack.ts";
import { list, nearest } from "../../platform/text.ts";

/** The named services and everything they need, in the file's order; all of them when none is named. Throws unknown-service. */
export function selectServices(stack: StackSpec, names: readonly string[]): readonly ServiceSpec[] {
  checkNames(stack, names);
  if (names.length === 0) return stack.services;
  const wanted = new Set(names);
  // A set grows while it is walked, so this reaches the dependencies of dependencies.
  for (const name of wanted) {
    const service = stack.services.find((candidate) => candidate.name === name);
    for (const dependency of service?.dependsOn ?? []) wanted.add(dependency.service);
  }
  return stack.services.filter((service) => wanted.has(service.name));
}

/** Throws unknown-service with the nearest name. */
export function checkNames(stack: StackSpec, names: readonly string[]): void {
  const known = stack.services.map((service) => service.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const near = nearest(unknown, known);
  const meant = near === undefined ? "" : `; did you mean ${near}?`;
  throw new GoatError("unknown-service", `no service "${unknown}" in the Compose file${meant}`, {
    fixes: [{ command: "goat-dev status", effect: `shows what there is: ${list(known)}` }],
  });
}

/** Two plans as one, the second after the first. */
export function joined(first: Plan, second: Plan): Plan {
  const before = first.nodes.map(({ id }) => id);
  const offset = before.length;
  const moved = second.nodes.map(({ softAfter, ...node }) => ({
    ...node,
    id: node.id + offset,
    after: node.after.length === 0 ? before : node.after.map((id) => id + offset),
    ...(softAfter === undefined ? {} : { softAfter: softAfter.map((id) => id + offset) }),
  }));
  return { ...second, nodes: [...first.nodes, ...moved] };
}

/** True for a wait whose failure stops no other service: all that depend on it say `required: false`. */
export function isSoft(plan: Plan, { action, subject }: PlanNode): boolean {
  if (!isWait(action)) return false;
  const own = new Set(plan.nodes.filter((node) => node.subject === subject).map(({ id }) => id));
  const users = plan.nodes.filter((node) => node.subject !== subject && (isWait(node.action) || isStart(node.action)));
  const isOwn = (id: number): boolean => own.has(id);
  return users.some(({ softAfter }) => softAfter?.some(isOwn)) && !users.some(({ after }) => after.some(isOwn));
}

function isWait({ type }: PlanNode["action"]): boolean {
  return type === "await-ready" || type === "await-exit";
}

function isStart({ type }: PlanNode["action"]): boolean {
  return type === "start-container";
}

/** Each node after all it waits for, so that their promises exist when it looks for them. */
export function inOrder(plan: Plan): readonly PlanNode[] {
  const sorted = new Set<PlanNode>();
  const visit = (node: PlanNode): void => {
    if (sorted.has(node)) return;
    for (const id of [...node.after, ...(node.softAfter ?? [])]) {
      const needed = plan.nodes.find((other) => other.id === id);
      if (needed !== undefined) visit(needed);
    }
    sorted.add(node);
  };
  plan.nodes.forEach(visit);
  return [...sorted];
}

/** When a step ran, in the clock's milliseconds. */
export interface Timing {
  readonly beginMs: number;
  readonly endMs: number;
}

export interface PathPart {
  readonly subject: string;
  readonly durationMs: number;
}

/** The chain of steps that decided the total duration, by subject: only a faster step in it makes the whole faster. */
export function criticalPath(plan: Plan, timings: ReadonlyMap<number, Timing>): readonly PathPart[] {
  const endOf = (id: number): number => timings.get(id)?.endMs ?? Number.NEGATIVE_INFINITY;
  const latest = (ids: readonly number[]): number | undefined =>
    ids
      .filter((id) => timings.has(id))
      .reduce<number | undefined>((best, id) => (best === undefined || endOf(id) > endOf(best) ? id : best), undefined);
  const parts: PathPart[] = [];
  let current = latest(plan.nodes.map((node) => node.id));
  while (current !== undefined) {
    const node = plan.nodes.find((candidate) => candidate.id === current);
    const timing = timings.get(current);
    if (node === undefined || timing === undefined) break;
    const before = latest([...node.after, ...(node.softAfter ?? [])]);
    // Time between a step and what it waited for is the step's own.
    const beginMs = before === undefined ? timing.beginMs : endOf(before);
    parts.unshift({ subject: node.subject, durationMs: timing.endMs - beginMs });
    current = before;
  }
  return merge(parts);
}

function merge(parts: readonly PathPart[]): readonly PathPart[] {
  const merged: PathPart[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (last?.subject !== part.subject) merged.push(part);
    else merged[merged.length - 1] = { ...last, durationMs: last.durationMs + part.durationMs };
  }
  return merged;
}
