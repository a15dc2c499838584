import { describe, expect, test } from "vitest";
import { createRequest, type InheritedVolume, toMounts } from "../../../../src/engine/docker/create-request.ts";
import type { ContainerSpec, Mount, ServiceSpec, StackSpec } from "../../../../src/model/stack.ts";

const network = {
  external: false,
  driverOptions: {},
  internal: false,
  attachable: false,
  enableIpv6: false,
  labels: {},
};

const stack: StackSpec = {
  name: "goat",
  workingDir: "/p",
  configFiles: ["/p/dev/docker-compose.yml", "/p/override.yml"],
  environmentFiles: ["/p/.env"],
  services: [],
  networks: [
    { ...network, key: "default", name: "goat_default" },
    { ...network, key: "back", name: "a-shared-net" },
  ],
  volumes: [{ key: "data", name: "goat_data", external: false, driverOptions: {}, labels: {} }],
};

const spec: ContainerSpec = {
  image: "postgres:16",
  pullPolicy: "missing",
  mounts: [],
  networks: [{ network: "default", aliases: [] }],
  expose: [],
  labels: {},
  restart: { name: "no" },
};

const service: ServiceSpec = {
  name: "postgres",
  role: "database",
  run: { docker: spec },
  environment: {},
  ports: [],
  files: [],
  ready: { kind: "running", forMs: 0 },
  readyTimeoutMs: 1,
  stopSignal: null,
  stopGraceMs: null,
  dependsOn: [],
};

interface Changes {
  readonly service?: Partial<ServiceSpec>;
  readonly spec?: Partial<ContainerSpec>;
}

const plan = (changes: Changes = {}) =>
  createRequest({
    stack,
    service: { ...service, ...changes.service },
    spec: { ...spec, ...changes.spec },
    container: "goat-postgres-1",
    fingerprint: { image: "1a" },
    image: { id: "sha256:i", volumes: [] },
    inherited: [],
  });

describe("what is asked of the engine", () => {
  test("must leave to the engine and the image what the file does not say", () => {
    expect(plan().body).toEqual({
      Image: "postgres:16",
      Env: [],
      ExposedPorts: {},
      Labels: expect.any(Object),
      HostConfig: { NetworkMode: "goat_default", PortBindings: {}, Mounts: [], RestartPolicy: { Name: "no" } },
      NetworkingConfig: { EndpointsConfig: { goat_default: { Aliases: ["goat-postgres-1", "postgres"] } } },
    });
  });

  test("must carry everything the file says", () => {
    const { query, body } = plan({
      service: { environment: { A: "1", B: "x=y" }, stopSignal: "SIGINT", stopGraceMs: 1_500 },
      spec: {
        platform: "linux/arm64",
        command: ["postgres"],
        entrypoint: [],
        hostname: "db",
        user: "70",
        workingDir: "/w",
        init: true,
        tty: true,
        stdinOpen: true,
        privileged: false,
        readOnly: true,
        capAdd: ["SYS_PTRACE"],
        capDrop: ["ALL"],
        extraHosts: ["host.docker.internal:host-gateway"],
        memoryBytes: 1024,
        shmBytes: 2048,
        restart: { name: "on-failure", maxRetries: 3 },
      },
    });
    expect(query).toEqual({ name: "goat-postgres-1", platform: "linux/arm64" });
    expect(body).toMatchObject({
      Env: ["A=1", "B=x=y"],
      Cmd: ["postgres"],
      Entrypoint: [],
      Hostname: "db",
      User: "70",
      WorkingDir: "/w",
      Tty: true,
      OpenStdin: true,
      StopSignal: "SIGINT",
      StopTimeout: 2,
      HostConfig: {
        Init: true,
        Privileged: false,
        ReadonlyRootfs: true,
        CapAdd: ["SYS_PTRACE"],
        CapDrop: ["ALL"],
        ExtraHosts: ["host.docker.internal:host-gateway"],
        Memory: 1024,
        ShmSize: 2048,
        RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
      },
    });
  });

  test("must publish ports where they were asked for, and expose the rest", () => {
    const ports = [
      { hostIp: "127.0.0.1", host: null, hostRange: "8000-8010", container: 80, protocol: "tcp" as const },
      { hostIp: "127.0.0.1", host: 5432, container: 5432, protocol: "tcp" as const },
      { hostIp: "::1", host: 5432, container: 5432, protocol: "tcp" as const },
      { hostIp: "", host: null, container: 53, protocol: "udp" as const },
    ];
    expect(plan({ service: { ports }, spec: { expose: ["9000", "9001/udp"] } }).body).toMatchObject({
      ExposedPorts: { "80/tcp": {}, "5432/tcp": {}, "53/udp": {}, "9000/tcp": {}, "9001/udp": {} },
      HostConfig: {
        PortBindings: {
          "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8000-8010" }],
          "5432/tcp": [
            { HostIp: "127.0.0.1", HostPort: "5432" },
            { HostIp: "::1", HostPort: "5432" },
          ],
          "53/udp": [{ HostIp: "", HostPort: "" }],
        },
      },
    });
  });

  test.each([
    [{ disabled: true }, { Test: ["NONE"] }],
    [
      { disabled: false, test: ["CMD", "true"], intervalMs: 5_000, timeoutMs: 1.5, startPeriodMs: 1, retries: 3 },
      { Test: ["CMD", "true"], Interval: 5e9, Timeout: 1.5e6, StartPeriod: 1e6, Retries: 3 },
    ],
    [{ disabled: false, startIntervalMs: 100 }, { StartInterval: 1e8 }],
  ] as const)("must give a health check in nanoseconds: %j", (healthCheck, expected) => {
    expect(plan({ spec: { healthCheck } }).body["Healthcheck"]).toEqual(expected);
  });
});

test("binds must be mounts, which fail where the path is missing: the engine makes none", () => {
  const bind = { kind: "bind" as const, source: "/p/a.yaml", target: "/a.yaml", readOnly: true, createHostPath: true };
  const { body } = plan({ spec: { mounts: [bind] } });
  expect(body["HostConfig"]).not.toHaveProperty("Binds");
  expect(body["HostConfig"]).toMatchObject({ Mounts: [{ Type: "bind", Source: "/p/a.yaml", Target: "/a.yaml" }] });
});

describe("networks", () => {
  test("must be one at creation, by name, and the others joined after it", () => {
    const networks = [
      { network: "default", aliases: ["db", "postgres"] },
      { network: "back", aliases: [], ipv4Address: "10.1.0.9" },
    ];
    const { body, connect } = plan({ spec: { networks } });
    expect(body).toMatchObject({
      HostConfig: { NetworkMode: "a-shared-net" },
      NetworkingConfig: {
        EndpointsConfig: {
          "a-shared-net": { Aliases: ["goat-postgres-1", "postgres"], IPAMConfig: { IPv4Address: "10.1.0.9" } },
        },
      },
    });
    expect(connect).toEqual([
      { network: "goat_default", settings: { Aliases: ["goat-postgres-1", "postgres", "db"] } },
    ]);
  });

  test("must be none for a service without one", () => {
    expect(plan({ spec: { networks: [] } }).body).toMatchObject({ HostConfig: { NetworkMode: "none" } });
    expect(plan({ spec: { networks: [] } }).body).not.toHaveProperty("NetworkingConfig");
  });
});

const mountsOf = (
  mounts: readonly Mount[],
  imageVolumes: readonly string[] = [],
  inherited: readonly InheritedVolume[] = [],
) => toMounts(stack, { ...spec, mounts }, { id: "sha256:i", volumes: imageVolumes }, inherited);

describe("mounts", () => {
  test("of files must carry their mode and propagation", () => {
    const bind = {
      kind: "bind" as const,
      source: "/p/a.yaml",
      target: "/a.yaml",
      readOnly: true,
      createHostPath: true,
    };
    const config = mountsOf([bind, { ...bind, target: "/b", propagation: "rslave" }]);
    expect(config).toEqual([
      { Type: "bind", Source: "/p/a.yaml", Target: "/a.yaml", ReadOnly: true },
      { Type: "bind", Source: "/p/a.yaml", Target: "/b", ReadOnly: true, BindOptions: { Propagation: "rslave" } },
    ]);
  });

  test("must use the engine's name of a volume", () => {
    const mounts: Mount[] = [
      { kind: "volume", volume: "data", target: "/data", readOnly: false, noCopy: true },
      { kind: "anonymous", target: "/scratch", readOnly: false },
      { kind: "tmpfs", target: "/tmp", sizeBytes: 64 },
    ];
    expect(mountsOf(mounts)).toEqual([
      { Type: "volume", Source: "goat_data", Target: "/data", ReadOnly: false, VolumeOptions: { NoCopy: true } },
      { Type: "volume", Target: "/scratch", ReadOnly: false },
      { Type: "tmpfs", Target: "/tmp", TmpfsOptions: { SizeBytes: 64 } },
    ]);
  });

  test("must hand on the anonymous volumes that the file or the image still wants, and no others", () => {
    const volume = (target: string) => ({ name: `${target.slice(1)}-id`, target, readOnly: false });
    const inherited = ["/scratch", "/image", "/data", "/gone"].map(volume);
    const mounts: Mount[] = [
      { kind: "anonymous", target: "/scratch", readOnly: false },
      { kind: "volume", volume: "data", target: "/data", readOnly: false },
    ];
    const config = mountsOf(mounts, ["/image", "/data"], inherited);
    expect(config).toEqual([
      { Type: "volume", Source: "goat_data", Target: "/data", ReadOnly: false },
      { Type: "volume", Source: "scratch-id", Target: "/scratch", ReadOnly: false },
      { Type: "volume", Source: "image-id", Target: "/image", ReadOnly: false },
    ]);
  });
});
