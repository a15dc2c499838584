import type { ObservedService, ObservedStack } from "../../model/observed.ts";
import type { ServiceSpec, StackSpec } from "../../model/stack.ts";

/** The name of a service's container: the file's `container_name`, else the name that Compose would give it. */
export function containerName(stack: StackSpec, service: ServiceSpec): string {
  return service.run.docker?.containerName ?? `${stack.name}-${service.name}-1`;
}

/** What a new container is called until the old one has given up its name. */
export function temporaryName(oldHandle: string, name: string): string {
  return `${oldHandle.slice(0, 12)}_${name}`;
}

/** True where a replacement was interrupted before the new container got its proper name. */
export function isTemporaryName(container: string): boolean {
  return /^[0-9a-f]{12}_/.test(container);
}

/** The service's container: the one with the proper name, else one that an interrupted replacement has left. */
export function containerOf(
  stack: StackSpec,
  service: ServiceSpec,
  observed: ObservedStack,
): ObservedService | undefined {
  const own = observed.services.filter((found) => found.name === service.name && !found.oneOff);
  return own.find((found) => found.container === containerName(stack, service)) ?? own[0];
}

/** The volumes there are that belong to the stack: external ones are somebody else's. */
export function ownVolumes(stack: StackSpec, observed: ObservedStack): readonly string[] {
  const external = stack.volumes.filter((volume) => volume.external).map((volume) => volume.name);
  return observed.volumes.map((volume) => volume.name).filter((name) => !external.includes(name));
}
