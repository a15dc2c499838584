import { reachedAt } from "../model/address.ts";
import type { PortSpec } from "../model/stack.ts";

/** Where this machine reaches a container's port. */
export interface Reachable {
  readonly host: string;
  readonly port: number;
}

const reachable = (port: PortSpec): readonly Reachable[] =>
  port.protocol === "tcp" && port.host !== null ? [{ host: reachedAt(port.hostIp), port: port.host }] : [];

/** The published tcp port for a container's port; undefined where it has none that is known beforehand. */
export const published = (ports: readonly PortSpec[], container: number): Reachable | undefined =>
  ports.filter((port) => port.container === container).flatMap(reachable)[0];

/** The service's only published tcp port. */
export const onlyPublished = (ports: readonly PortSpec[]): Reachable | undefined => {
  const all = ports.flatMap(reachable);
  return all.length === 1 ? all[0] : undefined;
};

export const firstPublished = (ports: readonly PortSpec[]): Reachable | undefined => ports.flatMap(reachable)[0];
