import { readFileSync } from "node:fs";

/** Reads a text file; null where that cannot be done. */
export type ReadNow = (path: string) => string | null;

export const readNow: ReadNow = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
};

/** Where Linux lists a container's processes: the groups of Docker and Podman with systemd and without, in version 2 and 1. */
const listsOf = (id: string): readonly string[] => {
  const groups = [
    `system.slice/docker-${id}.scope`,
    `docker/${id}`,
    `machine.slice/libpod-${id}.scope/container`,
    `machine.slice/libpod-${id}.scope`,
    `libpod_parent/libpod-${id}`,
  ];
  return ["", "memory/"].flatMap((version) => groups.map((group) => `/sys/fs/cgroup/${version}${group}/cgroup.procs`));
};

const residentOf = (pid: string, read: ReadNow): number | null => {
  const kib = /^VmRSS:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
  return kib === undefined ? null : Number(kib) * 1024;
};

/**
 * Bytes over a container's processes, as `top` would count them, without the engine's running `ps` for it. Null unless this
 * machine's kernel runs a container of that id and shows all of its processes.
 */
export const localMemory = (id: string, read: ReadNow): number | null => {
  for (const path of listsOf(id)) {
    const pids = (read(path) ?? "").split("\n").filter((pid) => pid !== "");
    if (pids.length === 0) continue;
    const sizes = pids.map((pid) => residentOf(pid, read));
    return sizes.reduce((sum, size) => (sum === null || size === null ? null : sum + size), 0);
  }
  return null;
};
