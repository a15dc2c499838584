import { createHash } from "node:crypto";
import type { ObservedService, ObservedStack } from "../../src/model/observed.ts";
import type { ContainerSpec, Dependency, Mount, PortSpec, ServiceSpec, StackSpec } from "../../src/model/stack.ts";
import { containerName } from "../../src/stack/plan/containers.ts";
import { fingerprintOf } from "../../src/stack/plan/drift.ts";

type Changes = Partial<Omit<ServiceSpec, "name" | "run">> & { readonly docker?: Partial<ContainerSpec> };

/** A service with nothing special, on the stack's one network. */
export const service = (name: string, { docker, ...changes }: Changes = {}): ServiceSpec => ({
  name,
  role: "other",
  environment: {},
  ports: [],
  files: [],
  ready: { kind: "running", forMs: 0 },
  readyTimeoutMs: 60_000,
  stopSignal: null,
  stopGraceMs: null,
  dependsOn: [],
  ...changes,
  run: {
    docker: {
      image: `${name}:1`,
      pullPolicy: "missing",
      mounts: [],
      networks: [{ network: "default", aliases: [] }],
      expose: [],
      labels: {},
      restart: { name: "no" },
      ...docker,
    },
  },
});

export const dependsOn = (name: string, changes: Partial<Dependency> = {}): Dependency => ({
  service: name,
  until: "ready",
  restart: false,
  required: true,
  ...changes,
});

export const volumeMount = (volume: string): Mount => ({ kind: "volume", volume, target: "/data", readOnly: false });

export const port = (host: number | null, container = host ?? 80): PortSpec => ({
  hostIp: "127.0.0.1",
  host,
  container,
  protocol: "tcp",
});

/** The stack "goat" with a network and a volume for every one that is mounted. */
export const stackOf = (...services: readonly ServiceSpec[]): StackSpec => {
  const mounts = services.flatMap(({ run }) => run.docker?.mounts ?? []);
  const volumes = new Set(mounts.flatMap((mount) => (mount.kind === "volume" ? [mount.volume] : [])));
  const plain = { external: false, driverOptions: {}, labels: {} };
  return {
    name: "goat",
    workingDir: "/project/dev",
    configFiles: ["/project/dev/docker-compose.yml"],
    environmentFiles: [],
    services,
    networks: [
      { ...plain, key: "default", name: "goat_default", internal: false, attachable: false, enableIpv6: false },
    ],
    volumes: [...volumes].map((key) => ({ ...plain, key, name: `goat_${key}` })),
  };
};

/** An id as Docker gives them, always the same for the same text. */
export const idOf = (text: string): string => createHash("sha256").update(text).digest("hex");

export const imageId = (image: string): string => `sha256:${idOf(image)}`;

/** The service's container, running and as the file wants it, but for the changes. */
export const running = (
  stack: StackSpec,
  spec: ServiceSpec,
  changes: Partial<ObservedService> = {},
): ObservedService => ({
  name: spec.name,
  handle: idOf(spec.name),
  container: containerName(stack, spec),
  state: "running",
  health: "none",
  exitCode: null,
  oomKilled: false,
  startError: null,
  startedAt: "2026-01-01T01:00:00.000Z",
  restartCount: 0,
  image: spec.run.docker?.image ?? "",
  imageId: imageId(spec.run.docker?.image ?? ""),
  fingerprint: fingerprintOf(spec),
  files: Object.fromEntries(spec.files.map(({ path, hash }) => [path, hash])),
  networks: (spec.run.docker?.networks ?? []).map(({ network }) => `goat_${network}`),
  ports: spec.ports,
  oneOff: false,
  origin: { folder: "/project/dev", file: "/project/dev/docker-compose.yml" },
  ...changes,
});

/** What there is: the given containers, and every network, volume and image of the stack. */
export const observed = (stack: StackSpec, ...services: readonly ObservedService[]): ObservedStack => ({
  name: stack.name,
  services,
  networks: stack.networks.map(({ key, name }) => ({ key, name, id: idOf(name), fingerprint: null })),
  volumes: stack.volumes.map(({ key, name }) => ({ key, name, createdAt: null, labels: {}, origin: null })),
  images: Object.fromEntries(
    stack.services.map(({ run }) => [run.docker?.image ?? "", imageId(run.docker?.image ?? "")]),
  ),
});

/** Nothing at all, images included. */
export const nothing = (stack: StackSpec): ObservedStack => {
  const { images } = observed(stack);
  return {
    name: stack.name,
    services: [],
    networks: [],
    volumes: [],
    images: Object.fromEntries(Object.keys(images).map((image) => [image, null])),
  };
};
