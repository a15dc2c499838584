import { join, posix } from "node:path";
import type { LocalService } from "../../engine/processes/runtime.ts";
import type { PortSpec } from "../../model/stack.ts";

const defaultData = "/var/lib/postgresql/data";
const serverPort = 5432;

/** Where the image would keep the data. */
export function dataTarget(environment: Readonly<Record<string, string>>): string {
  return posix.normalize(environment["PGDATA"] || defaultData).replace(/\/$/, "");
}

/** The mount that holds a path of the container: the longest one wins. */
export function mountOver<M extends { readonly target: string }>(mounts: readonly M[], path: string): M | undefined {
  return mounts
    .filter(({ target }) => path === target || path.startsWith(`${target.replace(/\/$/, "")}/`))
    .sort((a, b) => b.target.length - a.target.length)[0];
}

/** The data folder on this machine. A service without one is refused before. */
export function dataFolder(local: LocalService): string {
  const target = dataTarget(local.environment);
  const mount = mountOver(local.mounts, target);
  if (mount === undefined) throw new Error(`${local.service}: nothing is mounted over ${target}`);
  return join(mount.path, posix.relative(mount.target, target));
}

/** The published port of the server, which listens on 5432 in the container; undefined where it is not published. */
export function serverPortOf(ports: readonly PortSpec[]): PortSpec | undefined {
  return ports.find(({ container, protocol }) => container === serverPort && protocol === "tcp");
}

/** The address to listen on, as Postgres writes it: Docker's empty address, which means all of them, is `*`. */
export function listenAddresses({ hostIp }: PortSpec): string {
  return hostIp === "" ? "*" : hostIp;
}
