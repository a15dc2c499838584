import { expect, test } from "vitest";
import type { Plan, PlanNode } from "../../../../src/model/plan.ts";
import { criticalPath, type Timing } from "../../../../src/stack/plan/graph.ts";

const node = (id: number, subject: string, after: readonly number[], softAfter: readonly number[] = []): PlanNode => ({
  id,
  subject,
  action: { type: "start-container", container: subject },
  cause: "",
  after,
  ...(softAfter.length > 0 ? { softAfter } : {}),
});

const planOf = (...nodes: readonly PlanNode[]): Plan => ({ nodes, drift: {}, orphans: [] });

const times = (...entries: readonly (readonly [number, number, number])[]): ReadonlyMap<number, Timing> =>
  new Map(entries.map(([id, beginMs, endMs]) => [id, { beginMs, endMs }]));

test("the path must lead through whatever ended last before each step", () => {
  const plan = planOf(node(1, "fast", []), node(2, "slow", []), node(3, "last", [1, 2]));
  expect(criticalPath(plan, times([1, 0, 10], [2, 0, 500], [3, 500, 700]))).toEqual([
    { subject: "slow", durationMs: 500 },
    { subject: "last", durationMs: 200 },
  ]);
});

test("several steps of one service must be one part", () => {
  const plan = planOf(node(1, "db", []), node(2, "db", [1]), node(3, "db", [2]), node(4, "web", [3]));
  expect(criticalPath(plan, times([1, 0, 10], [2, 10, 30], [3, 30, 100], [4, 100, 150]))).toEqual([
    { subject: "db", durationMs: 100 },
    { subject: "web", durationMs: 50 },
  ]);
});

test("a soft dependency counts: it was waited for", () => {
  const plan = planOf(node(1, "extra", []), node(2, "web", [], [1]));
  expect(criticalPath(plan, times([1, 0, 90], [2, 90, 100]))).toEqual([
    { subject: "extra", durationMs: 90 },
    { subject: "web", durationMs: 10 },
  ]);
});

test("a step that failed or never ran must not be on the path", () => {
  const plan = planOf(node(1, "extra", []), node(2, "web", [], [1]));
  expect(criticalPath(plan, times([2, 90, 100]))).toEqual([{ subject: "web", durationMs: 10 }]);
  expect(criticalPath(plan, times())).toEqual([]);
});

test("the parts of an unbroken path must add up to the whole", () => {
  const plan = planOf(node(1, "a", []), node(2, "b", [1]), node(3, "c", [2]));
  const parts = criticalPath(plan, times([1, 0, 10], [2, 15, 40], [3, 40, 45]));
  expect(parts.reduce((sum, { durationMs }) => sum + durationMs, 0)).toBe(45);
});
