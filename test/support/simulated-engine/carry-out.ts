import type { ObservedService, ObservedStack } from "../../../src/model/observed.ts";
import type { Action, Plan, PlanNode } from "../../../src/model/plan.ts";
import type { StackSpec } from "../../../src/model/stack.ts";
import { imageId, service } from "../sample-stack.ts";
import type { Container } from "./containers.ts";
import { operate } from "./operations.ts";
import { createWorld, end, need, observedOf, type World } from "./world.ts";

/**
 * What there is once a plan was carried out, in one of the orders that its graph allows: `pick` chooses among the steps that may run
 * next. Throws where a step comes too early.
 */
export const carryOut = (
  plan: Plan,
  stack: StackSpec,
  found: ObservedStack,
  pick: (count: number) => number,
): ObservedStack => {
  const world = worldOf(stack, found);
  const done = new Set<number>();
  const left = [...plan.nodes];
  const isFree = ({ after, softAfter = [] }: PlanNode): boolean => [...after, ...softAfter].every((id) => done.has(id));
  while (left.length > 0) {
    const free = left.filter(isFree);
    const node = free[pick(free.length) % Math.max(1, free.length)];
    if (node === undefined) throw new Error("the plan's graph is a circle");
    step(world, node.action);
    done.add(node.id);
    left.splice(left.indexOf(node), 1);
  }
  return observedOf(world, { stack: stack.name, images: Object.keys(found.images) });
};

/** The world in which an engine has seen this. */
const worldOf = (stack: StackSpec, found: ObservedStack): World => {
  const present = Object.entries(found.images).flatMap(([image, id]) => (id === null ? [] : [[image, id] as const]));
  const registry = Object.fromEntries(Object.keys(found.images).map((image) => [image, imageId(image)]));
  const world = createWorld({ images: Object.fromEntries(present), registry });
  for (const { name, ...network } of found.networks) world.networks.set(name, { ...network, stack: stack.name });
  for (const { name, ...volume } of found.volumes) {
    world.volumes.set(name, { ...volume, stack: stack.name, content: new Map() });
  }
  world.containers.push(...found.services.map((each) => containerOf(stack, each)));
  return world;
};

const containerOf = (stack: StackSpec, found: ObservedService): Container => {
  const files = Object.entries(found.files).map(([path, hash]) => ({ path, hash, source: path, target: path }));
  const { ports, image } = found;
  return {
    ...found,
    id: found.handle,
    name: found.container,
    stack: stack.name,
    service: service(found.name, { files, ports, docker: { image } }),
    volumes: new Map(),
    volumeNames: [],
    log: [],
    outOfMemory: found.oomKilled,
    observed: 0,
    script: {},
  };
};

/** An engine takes what is already so for success; to a plan it is a step too early, or one too many. */
const step = (world: World, action: Action): void => {
  switch (action.type) {
    case "await-ready":
      if (stateOf(world, action.container) !== "running") throw new Error(`${action.container} does not run`);
      return;
    case "await-exit":
      end(world, need(world, action.container), 0, { stopped: true });
      return;
    case "reload-service":
      if (stateOf(world, action.container) !== "running") throw new Error(`${action.container} does not run`);
      return;
    case "remove-volume":
      throw new Error("up must not remove a volume");
    case "start-container":
      if (stateOf(world, action.container) === "running") throw new Error(`${action.container} runs already`);
      break;
    case "remove-container":
      if (stateOf(world, action.container) === "running") throw new Error(`${action.container} runs`);
      break;
    case "create-container":
      needVolumes(world, action);
  }
  operate(world, action, { signal: new AbortController().signal, progress: () => undefined });
};

const stateOf = (world: World, container: string): Container["state"] => need(world, container).state;

const needVolumes = (world: World, { stack, service: made }: Extract<Action, { type: "create-container" }>): void => {
  for (const mount of made.run.docker?.mounts ?? []) {
    if (mount.kind !== "volume") continue;
    const name = stack.volumes.find(({ key }) => key === mount.volume)?.name ?? mount.volume;
    if (!world.volumes.has(name)) throw new Error(`the volume ${name} is not here`);
  }
};
