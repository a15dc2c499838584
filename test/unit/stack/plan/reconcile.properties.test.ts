import fc from "fast-check";
import { expect, test } from "vitest";
import type { ObservedStack } from "../../../../src/model/observed.ts";
import type { Plan } from "../../../../src/model/plan.ts";
import type { StackSpec } from "../../../../src/model/stack.ts";
import { selectServices } from "../../../../src/stack/plan/graph.ts";
import { reconcile } from "../../../../src/stack/plan/reconcile.ts";
import { isNothingToDo } from "../../../../src/stack/run/prepare.ts";
import { anySituation } from "../../../support/arbitrary-stack.ts";
import { carryOut } from "../../../support/simulated-engine/carry-out.ts";

const anyRequest = anySituation.chain(({ stack, found }) => {
  const names = stack.services.map(({ name }) => name);
  return fc.record({
    stack: fc.constant(stack),
    found: fc.constant(found),
    wanted: fc.subarray(names),
    restart: fc.boolean(),
    picks: fc.infiniteStream(fc.nat({ max: 1_000 })),
  });
});

const planOf = (stack: StackSpec, found: ObservedStack, wanted: readonly string[] = [], restart = false): Plan => {
  const services = selectServices(stack, wanted);
  const restarted = new Map(restart ? services.map(({ name }) => [name, "hard"] as const) : []);
  return reconcile(stack, found, { services, restart: restarted });
};

const next =
  (picks: fc.Stream<number>): (() => number) =>
  () =>
    picks.next().value ?? 0;

test("whatever is there, up must never remove a volume, named or anonymous", () => {
  const holds = fc.property(anyRequest, ({ stack, found, wanted, restart }) => {
    for (const { action } of planOf(stack, found, wanted, restart).nodes) {
      expect(action.type).not.toBe("remove-volume");
      if (action.type === "remove-container") expect(action.anonymousVolumes).toBe(false);
    }
  });
  fc.assert(holds);
});

test("in every order that its graph allows, no step of a plan must come too early", () => {
  const holds = fc.property(anyRequest, ({ stack, found, wanted, restart, picks }) => {
    carryOut(planOf(stack, found, wanted, restart), stack, found, next(picks));
  });
  fc.assert(holds, { numRuns: 300 });
});

test("a plan that was carried out must leave nothing to do", () => {
  const holds = fc.property(anyRequest, ({ stack, found, wanted, restart, picks }) => {
    const after = carryOut(planOf(stack, found, wanted, restart), stack, found, next(picks));
    const again = planOf(stack, after, wanted);
    expect(again.nodes.filter(({ action }) => !action.type.startsWith("await-"))).toEqual([]);
    expect(isNothingToDo(again)).toBe(true);
    expect(again.drift).toEqual({});
  });
  fc.assert(holds, { numRuns: 300 });
});

test("every edge must lead to a step of the same plan", () => {
  const holds = fc.property(anyRequest, ({ stack, found, wanted, restart }) => {
    const { nodes } = planOf(stack, found, wanted, restart);
    const ids = nodes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { after, softAfter = [] } of nodes)
      expect(ids).toEqual(expect.arrayContaining([...after, ...softAfter]));
  });
  fc.assert(holds);
});

test("a plan must be about nothing but the services that were asked for and what they need", () => {
  const holds = fc.property(anyRequest, ({ stack, found, wanted, restart }) => {
    const plan = planOf(stack, found, wanted, restart);
    const selected = selectServices(stack, wanted).map(({ name }) => name);
    const subjects = plan.nodes.map(({ subject }) => subject);
    expect([...selected, "images", "network", "volume"]).toEqual(expect.arrayContaining(subjects));
  });
  fc.assert(holds);
});

test("containers of other services and of `docker compose run` must never be touched", () => {
  const holds = fc.property(anyRequest, ({ stack, found, wanted, restart, picks }) => {
    const isStranger = ({ oneOff, name }: ObservedStack["services"][number]): boolean => oneOff || name === "gone";
    const after = carryOut(planOf(stack, found, wanted, restart), stack, found, next(picks));
    expect(after.services.filter(isStranger)).toEqual(found.services.filter(isStranger));
  });
  fc.assert(holds);
});

test("whatever is started must be waited for", () => {
  const holds = fc.property(anyRequest, ({ stack, found, wanted, restart }) => {
    const { nodes } = planOf(stack, found, wanted, restart);
    const started = nodes.filter(({ action }) => action.type === "start-container");
    for (const { id, subject } of started) {
      const waits = nodes.filter(({ action }) => "service" in action && action.service === subject);
      expect(waits.map(({ after }) => after.includes(id))).toEqual([true]);
    }
  });
  fc.assert(holds, { numRuns: 300 });
});
