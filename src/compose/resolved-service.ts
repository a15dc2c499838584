import type {
  Dependency,
  DockerRecipe,
  HealthCheck,
  Mount,
  NetworkAttachment,
  PortSpec,
  RestartPolicy,
  ServiceSpec,
} from "../model/stack.ts";
import { formatDuration } from "./formats/duration.ts";

export type Plain = Readonly<Record<string, unknown>>;

const isEmpty = (value: unknown): boolean =>
  value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);

/** Leaves out what is absent, false or empty, as Compose does when it prints a stack. */
export const filled = (parts: Plain): Plain =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== false && !isEmpty(value)));

const duration = (durationMs: number | null | undefined): string | undefined =>
  durationMs === null || durationMs === undefined ? undefined : formatDuration(durationMs);

const printPort = (port: PortSpec): Plain => ({
  mode: "ingress",
  ...(port.hostIp === "" ? {} : { host_ip: port.hostIp }),
  target: port.container,
  ...(port.host === null ? {} : { published: String(port.host) }),
  protocol: port.protocol,
});

const printMount = (mount: Mount): Plain => {
  const target = { target: mount.target, ...("readOnly" in mount && mount.readOnly ? { read_only: true } : {}) };
  if (mount.kind === "bind") {
    const { source, propagation, createHostPath } = mount;
    return {
      type: "bind",
      source,
      ...target,
      ...filled({ bind: filled({ propagation, create_host_path: createHostPath }) }),
    };
  }
  if (mount.kind === "volume") {
    return { type: "volume", source: mount.volume, ...target, volume: filled({ nocopy: mount.noCopy ?? false }) };
  }
  return { type: "volume", ...target, volume: {} };
};

const printTmpfs = (mount: Mount): readonly string[] => {
  if (mount.kind !== "tmpfs") return [];
  const { target, sizeBytes, mode } = mount;
  const options = [
    ...(sizeBytes === undefined ? [] : [`size=${sizeBytes}`]),
    ...(mode === undefined ? [] : [`mode=${mode.toString(8)}`]),
  ];
  return [options.length === 0 ? target : `${target}:${options.join(",")}`];
};

const conditions = {
  started: "service_started",
  ready: "service_healthy",
  completed: "service_completed_successfully",
} as const;

const printDependency = ({ service, until, restart, required }: Dependency): readonly [string, Plain] => [
  service,
  { condition: conditions[until], ...(restart ? { restart } : {}), required },
];

const printNetwork = ({
  network,
  aliases,
  ipv4Address,
  ipv6Address,
}: NetworkAttachment): readonly [string, unknown] => {
  const parts = filled({ aliases, ipv4_address: ipv4Address, ipv6_address: ipv6Address });
  return [network, isEmpty(parts) ? null : parts];
};

const printHealthCheck = (check: HealthCheck | undefined): Plain | undefined => {
  if (check === undefined) return undefined;
  if (check.disabled) return { disable: true };
  return filled({
    test: check.test,
    timeout: duration(check.timeoutMs),
    interval: duration(check.intervalMs),
    retries: check.retries,
    start_period: duration(check.startPeriodMs),
    start_interval: duration(check.startIntervalMs),
  });
};

const printRestart = ({ name, maxRetries }: RestartPolicy): string | undefined => {
  if (name === "no") return undefined;
  return maxRetries === undefined ? name : `${name}:${maxRetries}`;
};

const printRecipe = (recipe: DockerRecipe): Plain =>
  filled({
    cap_add: recipe.capAdd,
    cap_drop: recipe.capDrop,
    container_name: recipe.containerName,
    expose: recipe.expose.map((port) => port.replace(/\/tcp$/, "")),
    extra_hosts: recipe.extraHosts?.map((host) => host.replace(":", "=")),
    healthcheck: printHealthCheck(recipe.healthCheck),
    hostname: recipe.hostname,
    image: recipe.image,
    init: recipe.init,
    labels: recipe.labels,
    mem_limit: recipe.memoryBytes === undefined ? undefined : String(recipe.memoryBytes),
    networks: Object.fromEntries(recipe.networks.map(printNetwork)),
    platform: recipe.platform,
    privileged: recipe.privileged,
    pull_policy: recipe.pullPolicy === "missing" ? undefined : recipe.pullPolicy,
    read_only: recipe.readOnly,
    restart: printRestart(recipe.restart),
    shm_size: recipe.shmBytes === undefined ? undefined : String(recipe.shmBytes),
    stdin_open: recipe.stdinOpen,
    tmpfs: recipe.mounts.flatMap(printTmpfs),
    tty: recipe.tty,
    user: recipe.user,
    volumes: recipe.mounts.filter(({ kind }) => kind !== "tmpfs").map(printMount),
    working_dir: recipe.workingDir,
  });

/** A service as `docker compose config` prints it. */
export const printService = (service: ServiceSpec): Plain => {
  const recipe = service.run.docker;
  return {
    command: recipe?.command ?? null,
    entrypoint: recipe?.entrypoint ?? null,
    ...(recipe === undefined ? {} : printRecipe(recipe)),
    ...filled({
      depends_on: Object.fromEntries(service.dependsOn.map(printDependency)),
      environment: service.environment,
      ports: service.ports.map(printPort),
      stop_grace_period: duration(service.stopGraceMs),
      stop_signal: service.stopSignal ?? undefined,
      "x-goat": filled({ role: service.role === "other" ? undefined : service.role, embedded: service.run.embedded }),
    }),
  };
};
