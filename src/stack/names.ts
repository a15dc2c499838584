import type { ServiceSpec, StackSpec } from "../model/stack.ts";

/** As Compose names it, unless the file does. */
export const containerName = (stack: StackSpec, service: ServiceSpec): string =>
  service.run.docker?.containerName ?? `${stack.name}-${service.name}-1`;

/** A new container's name while the old one still has it. */
export const temporaryName = (oldHandle: string, name: string): string => `${oldHandle.slice(0, 12)}_${name}`;

/** True for what an interrupted replacement left behind. */
export const isTemporaryName = (container: string): boolean => /^[0-9a-f]{12}_/.test(container);
