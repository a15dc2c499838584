import { describe, expect, test } from "vitest";
import { localMemory, residentBytes } from "../../../../src/engine/docker/usage.ts";

describe("resident memory", () => {
  test("must be the sum over a container's processes, in bytes", () => {
    const Processes = [
      ["10", "1000"],
      ["11", "24"],
    ];
    expect(residentBytes({ Titles: ["PID", "RSS"], Processes })).toBe(1024 * 1024);
  });

  test.each([
    { Titles: ["PID", "COMMAND"], Processes: [["1", "postgres"]] },
    { Titles: ["PID", "RSS"], Processes: [["1", "?"]] },
    {},
  ])("must be unknown where the engine's ps answered something else: %j", (top) => {
    expect(residentBytes(top)).toBeNull();
  });
});

const id = "ffd57b741886";

const status = (kib: number): string => `Name:\tpostgres\nVmHWM:\t  9999 kB\nVmRSS:\t  ${kib} kB\nRssAnon:\t1 kB\n`;

const reader = (files: Readonly<Record<string, string>>) => (path: string) => files[path] ?? null;

test.each([
  `/sys/fs/cgroup/system.slice/docker-${id}.scope/cgroup.procs`,
  `/sys/fs/cgroup/docker/${id}/cgroup.procs`,
  `/sys/fs/cgroup/memory/docker/${id}/cgroup.procs`,
  `/sys/fs/cgroup/memory/system.slice/docker-${id}.scope/cgroup.procs`,
  `/sys/fs/cgroup/machine.slice/libpod-${id}.scope/container/cgroup.procs`,
  `/sys/fs/cgroup/machine.slice/libpod-${id}.scope/cgroup.procs`,
  `/sys/fs/cgroup/memory/libpod_parent/libpod-${id}/cgroup.procs`,
])("memory must be the sum over the processes of %s", (list) => {
  const files = { [list]: "10\n11\n", "/proc/10/status": status(1000), "/proc/11/status": status(24) };
  expect(localMemory(id, reader(files))).toBe(1024 * 1024);
});

const list = `/sys/fs/cgroup/docker/${id}/cgroup.procs`;

test.each([
  ["no such container runs on this machine", {}],
  ["its list is empty", { [list]: "" }],
  ["a process of it is in a namespace that is not ours", { [list]: "0\n10\n", "/proc/10/status": status(1) }],
  ["a process of it is hidden", { [list]: "10\n11\n", "/proc/10/status": status(1) }],
  ["a process of it has no memory of its own", { [list]: "10\n", "/proc/10/status": "Name:\tkworker\n" }],
])("memory must be unknown where %s", (_why, files) => {
  expect(localMemory(id, reader(files))).toBeNull();
});
