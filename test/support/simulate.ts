import type { ObservedService, ObservedStack } from "../../src/model/observed.ts";
import type { Action, Operation, Plan, PlanNode } from "../../src/model/plan.ts";
import { idOf, imageId, running } from "./sample-stack.ts";

const named = (found: ObservedStack, container: string): ObservedService | undefined =>
  found.services.find((one) => one.container === container || one.handle === container);

const need = (found: ObservedStack, container: string): ObservedService => {
  const one = named(found, container);
  if (one === undefined) throw new Error(`no container ${container}`);
  return one;
};

const change = (found: ObservedStack, container: string, changes: Partial<ObservedService>): ObservedStack => {
  const target = need(found, container);
  return { ...found, services: found.services.map((one) => (one === target ? { ...one, ...changes } : one)) };
};

const create = (found: ObservedStack, op: Extract<Operation, { type: "create-container" }>): ObservedStack => {
  const { stack, service, container } = op;
  const image = service.run.docker?.image ?? "";
  if (named(found, container) !== undefined) throw new Error(`the name ${container} is taken`);
  if (found.images[image] === null) throw new Error(`the image ${image} is not here`);
  if (found.networks.length === 0) throw new Error("the network is not here");
  for (const { kind, ...mount } of service.run.docker?.mounts ?? []) {
    if (kind === "volume" && "volume" in mount && !found.volumes.some(({ key }) => key === mount.volume))
      throw new Error(`the volume ${mount.volume} is not here`);
  }
  const made = running(stack, service, {
    container,
    handle: idOf(`${container} ${Object.values(op.fingerprint).join()}`),
    state: "created",
    startedAt: null,
    imageId: found.images[image] ?? "",
    fingerprint: op.fingerprint,
  });
  return { ...found, services: [...found.services, made] };
};

/** What is there after one step, as a strict engine would have it: it throws where a step comes too early. */
const step = (found: ObservedStack, action: Action): ObservedStack => {
  switch (action.type) {
    case "pull-image":
      return { ...found, images: { ...found.images, [action.image]: imageId(action.image) } };
    case "create-network": {
      const { key, name } = action.network;
      return {
        ...found,
        networks: [...found.networks, { key, name, id: idOf(name), fingerprint: action.fingerprint }],
      };
    }
    case "create-volume": {
      const { key, name } = action.volume;
      return { ...found, volumes: [...found.volumes, { key, name, createdAt: null, labels: {}, origin: null }] };
    }
    case "create-container":
      return create(found, action);
    case "start-container":
      if (need(found, action.container).state === "running") throw new Error(`${action.container} runs already`);
      return change(found, action.container, { state: "running", exitCode: null });
    case "stop-container":
      return change(found, action.container, { state: "exited", exitCode: 143 });
    case "remove-container": {
      const target = need(found, action.container);
      if (target.state === "running") throw new Error(`${action.container} runs`);
      return { ...found, services: found.services.filter((one) => one !== target) };
    }
    case "rename-container":
      if (named(found, action.name) !== undefined) throw new Error(`the name ${action.name} is taken`);
      return change(found, action.container, { container: action.name });
    case "await-exit":
      return change(found, action.container, { state: "exited", exitCode: 0 });
    case "await-ready":
      if (need(found, action.container).state !== "running") throw new Error(`${action.container} does not run`);
      return found;
    default:
      throw new Error(`up must not ${action.type}`);
  }
};

/** Carries a plan out in one of the orders that its graph allows; `pick` chooses among the steps that may run next. */
export const simulate = (plan: Plan, found: ObservedStack, pick: (count: number) => number): ObservedStack => {
  const done = new Set<number>();
  const left = [...plan.nodes];
  const isFree = ({ after, softAfter = [] }: PlanNode): boolean => [...after, ...softAfter].every((id) => done.has(id));
  let state = found;
  while (left.length > 0) {
    const free = left.filter(isFree);
    const node = free[pick(free.length) % Math.max(1, free.length)];
    if (node === undefined) throw new Error("the plan's graph is a circle");
    state = step(state, node.action);
    done.add(node.id);
    left.splice(left.indexOf(node), 1);
  }
  return state;
};
