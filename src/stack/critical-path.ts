import type { Plan } from "../model/plan.ts";

/** When a step ran, in the clock's milliseconds. */
export interface Timing {
  readonly beginMs: number;
  readonly endMs: number;
}

export interface PathPart {
  readonly subject: string;
  readonly durationMs: number;
}

/** The chain of steps that decided how long the whole took, by subject: where a second saved is a second won. */
export const criticalPath = (plan: Plan, timings: ReadonlyMap<number, Timing>): readonly PathPart[] => {
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
};

const merge = (parts: readonly PathPart[]): readonly PathPart[] => {
  const merged: PathPart[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (last?.subject !== part.subject) merged.push(part);
    else merged[merged.length - 1] = { ...last, durationMs: last.durationMs + part.durationMs };
  }
  return merged;
};
