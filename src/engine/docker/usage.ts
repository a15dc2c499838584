import { readFileSync } from "node:fs";
import type { ContainerInfo } from "dockerode";
import { decoration } from "../../platform/deadline.ts";
import { guarded } from "./errors.ts";
import { label } from "./labels.ts";
import type { Reader } from "./reader.ts";

export interface Memory {
  readonly containers: readonly string[];
  /** Asks this machine's kernel; null where it cannot say. */
  local(container: string): number | null;
  readonly isPodman: boolean;
}

/** Container -> resident bytes, from this machine's kernel, else from the engine; without those that neither knows. */
export async function memory(
  reader: Reader,
  { containers, local, isPodman }: Memory,
  signal: AbortSignal,
): Promise<Readonly<Record<string, number>>> {
  // Docker's ps has to look at all processes (-e). Podman understands `pid,rss` itself; with other arguments it runs
  // the container's own ps, which an image may not have.
  const columns = isPodman ? "pid,rss" : "-eo pid,rss";
  const found = await Promise.all(
    containers.map(async (container) => {
      const bytes = local(container) ?? (await memoryByTop(reader, container, columns, signal));
      return bytes === null ? [] : [[container, bytes] as const];
    }),
  );
  return Object.fromEntries(found.flat());
}

/** Asks for volumes only, which engines before API 1.42 answer with everything. */
export function volumeSizes(
  reader: Reader,
  volumes: readonly string[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, number | null>>> {
  return guarded({ verb: "read", subject: "volume sizes" }, signal, async () => {
    if (volumes.length === 0) return {};
    const use = (await reader.json("/system/df", signal, { type: "volume" })) as DiskUse;
    const sizes = new Map((use.Volumes ?? []).map((volume) => [volume.Name, volume.UsageData?.Size ?? -1]));
    return Object.fromEntries(
      volumes.map((name) => {
        const size = sizes.get(name) ?? -1;
        return [name, size < 0 ? null : size];
      }),
    );
  });
}

/** Which running container publishes a TCP port of the host: "container web-1 of shop"; null for none. */
export function portHolder(reader: Reader, port: number, signal: AbortSignal): Promise<string | null> {
  return guarded({ verb: "list", subject: "published ports" }, signal, async () => {
    const running = (await reader.json("/containers/json", signal)) as readonly ContainerInfo[];
    const holder = running.find(({ Ports }) =>
      (Ports ?? []).some((one) => one.PublicPort === port && one.Type === "tcp"),
    );
    if (holder === undefined) return null;
    const name = (holder.Names?.[0] ?? holder.Id.slice(0, 12)).replace(/^\//, "");
    const project = holder.Labels?.[label.project];
    return project === undefined ? `container ${name}` : `container ${name} of ${project}`;
  });
}

const topLimitMs = 2_000;

function memoryByTop(reader: Reader, container: string, columns: string, signal: AbortSignal): Promise<number | null> {
  const query = { ps_args: columns };
  return decoration(signal, topLimitMs, async (limited) =>
    residentBytes((await reader.json(`/containers/${container}/top`, limited, query)) as Top),
  );
}

interface Top {
  readonly Titles?: readonly string[];
  readonly Processes?: readonly (readonly string[])[] | null;
}

/** Bytes from `ps -o pid,rss`, which counts in KiB; null where the engine's ps answered something else. */
export function residentBytes(top: Top): number | null {
  const column = (top.Titles ?? []).findIndex((title) => title.toUpperCase() === "RSS");
  if (column === -1) return null;
  const sizes = (top.Processes ?? []).map((row) => Number.parseInt(row[column] ?? "", 10));
  return sizes.some(Number.isNaN) ? null : sizes.reduce((sum, kib) => sum + kib * 1024, 0);
}

interface DiskUse {
  readonly Volumes?: readonly { readonly Name: string; readonly UsageData?: { readonly Size: number } | null }[] | null;
}

/** Reads a text file; null where that cannot be done. */
export type ReadNow = (path: string) => string | null;

export const readNow: ReadNow = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
};

/**
 * Resident bytes of a container's processes, added up as from the engine's `top`, but without making it run `ps`.
 * Null unless this machine's kernel runs a container with that id and shows all of its processes.
 */
export function localMemory(id: string, read: ReadNow): number | null {
  for (const path of listsOf(id)) {
    const pids = (read(path) ?? "").split("\n").filter((pid) => pid !== "");
    if (pids.length === 0) continue;
    const sizes = pids.map((pid) => residentOf(pid, read));
    return sizes.reduce((sum, size) => (sum === null || size === null ? null : sum + size), 0);
  }
  return null;
}

/**
 * Where Linux may list a container's processes: the cgroups of Docker and Podman, with systemd and without, in cgroup
 * versions 2 and 1.
 */
function listsOf(id: string): readonly string[] {
  const groups = [
    `system.slice/docker-${id}.scope`,
    `docker/${id}`,
    `machine.slice/libpod-${id}.scope/container`,
    `machine.slice/libpod-${id}.scope`,
    `libpod_parent/libpod-${id}`,
  ];
  return ["", "memory/"].flatMap((version) => groups.map((group) => `/sys/fs/cgroup/${version}${group}/cgroup.procs`));
}

function residentOf(pid: string, read: ReadNow): number | null {
  const kib = /^VmRSS:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
  return kib === undefined ? null : Number(kib) * 1024;
}
