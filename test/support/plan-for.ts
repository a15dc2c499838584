import type { ObservedStack } from "../../src/model/observed.ts";
import { formatPlan, type Plan } from "../../src/model/plan.ts";
import type { StackSpec } from "../../src/model/stack.ts";
import { selectServices } from "../../src/stack/plan/graph.ts";
import { reconcile } from "../../src/stack/plan/reconcile.ts";

interface Options {
  readonly names?: readonly string[];
  readonly restart?: readonly string[];
}

export const planFor = (spec: StackSpec, found: ObservedStack, { names = [], restart = [] }: Options = {}): Plan =>
  reconcile(spec, found, {
    services: selectServices(spec, names),
    restart: new Map(restart.map((name) => [name, "soft"])),
  });

/** The plan as text, ids as <id>. */
export const planText = (...args: Parameters<typeof planFor>): string =>
  formatPlan(planFor(...args))
    .replace(/\b[0-9a-f]{12}_/g, "<id>_")
    .replace(/\b[0-9a-f]{12}\b/g, "<id>");
