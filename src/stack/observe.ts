import type { ObservedService, ObservedStack } from "../model/observed.ts";
import type { ServiceSpec, StackSpec } from "../model/stack.ts";
import type { EngineContext } from "./engine-context.ts";
import { containerName } from "./names.ts";

export const observeStack = (stack: StackSpec, context: EngineContext): Promise<ObservedStack> => {
  const images = stack.services.flatMap((service) => service.run.docker?.image ?? []);
  return context.engine.observe({ stack: stack.name, images: [...new Set(images)] }, context.signal);
};

/** The service's container; its proper name wins over what an interrupted replacement left. */
export const containerOf = (
  stack: StackSpec,
  service: ServiceSpec,
  observed: ObservedStack,
): ObservedService | undefined => {
  const own = observed.services.filter((found) => found.name === service.name && !found.oneOff);
  return own.find((found) => found.container === containerName(stack, service)) ?? own[0];
};

/** The volumes there are that belong to the stack: external ones are somebody else's. */
export const ownVolumes = (stack: StackSpec, observed: ObservedStack): readonly string[] => {
  const external = stack.volumes.filter((volume) => volume.external).map((volume) => volume.name);
  return observed.volumes.map((volume) => volume.name).filter((name) => !external.includes(name));
};
