import { expect, test } from "vitest";
import { settingsOf } from "../../../../src/engine/docker/host-config.ts";

const present = (parts: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));

test("each of the container's settings must have the engine's own name and units", () => {
  const found = settingsOf(
    {
      cpus: 0.5,
      memoryBytes: -1,
      pidsLimit: 50,
      ulimits: { nofile: { soft: 1, hard: 2 } },
      sysctls: { "net.core.somaxconn": "1" },
      securityOpt: ["no-new-privileges:true"],
      devices: [{ source: "/dev/null", target: "/dev/x", permissions: "r" }],
      gpus: [{ count: -1, capabilities: ["gpu"] }],
      dns: ["1.1.1.1"],
      networkMode: "host",
      logging: { driver: "json-file", options: { "max-size": "1m" } },
    },
    {},
  );
  expect(present(found)).toEqual({
    NanoCpus: 500_000_000,
    Memory: -1,
    PidsLimit: 50,
    Ulimits: [{ Name: "nofile", Soft: 1, Hard: 2 }],
    Sysctls: { "net.core.somaxconn": "1" },
    SecurityOpt: ["no-new-privileges:true"],
    Devices: [{ PathOnHost: "/dev/null", PathInContainer: "/dev/x", CgroupPermissions: "r" }],
    DeviceRequests: [{ Driver: "", Count: -1, DeviceIDs: [], Capabilities: [["gpu"]], Options: {} }],
    Dns: ["1.1.1.1"],
    NetworkMode: "host",
    LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
  });
});

test("a service that lives with another must name that one's container", () => {
  const settings = {
    networkMode: "service:db",
    pid: "service:db",
    ipc: "container:other",
    volumesFrom: ["db:ro", "container:old:ro", "db"],
  };
  expect(present(settingsOf(settings, { db: "aa_goat-db-1" }))).toEqual({
    NetworkMode: "container:aa_goat-db-1",
    PidMode: "container:aa_goat-db-1",
    IpcMode: "container:other",
    VolumesFrom: ["aa_goat-db-1:ro", "old:ro", "aa_goat-db-1"],
  });
});

test("what is not said must be left to the engine", () => {
  expect(present(settingsOf({}, {}))).toEqual({});
});
