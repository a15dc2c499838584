import type { Action, PlanNode } from "../model/plan.ts";

export interface PlanBuilder {
  readonly nodes: readonly PlanNode[];
  /** Returns the step's id. Undefined entries of `after` are left out. */
  add(subject: string, action: Action, cause: string, after: Edges, softAfter?: Edges): number;
}

type Edges = readonly (number | undefined)[];

const present = (edges: Edges): number[] => [...new Set(edges.filter((edge) => edge !== undefined))];

export const createPlanBuilder = (): PlanBuilder => {
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
};
