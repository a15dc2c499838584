import { stringify } from "yaml";
import { builtName } from "../model/build.ts";
import type {
  ContainerSpec,
  Dependency,
  HealthCheck,
  Mount,
  NetworkAttachment,
  NetworkSpec,
  PortSpec,
  RestartPolicy,
  ServiceSpec,
  StackSpec,
  VolumeSpec,
} from "../model/stack.ts";
import { formatComposeDuration } from "./formats/units.ts";
import { printBuild, printSettings } from "./resolved-settings.ts";

/**
 * Returns what to show for a text. `name` is the name of the variable, label or option it belongs to, else undefined.
 */
export type Mask = (value: string, name: string | undefined) => string;

/** The shape of `docker compose config --format json`. */
export type ResolvedConfig = Readonly<Record<string, unknown>>;

export type Plain = Readonly<Record<string, unknown>>;

/** The stack in that shape. */
export function resolvedConfig(stack: StackSpec, { mask }: { readonly mask: Mask }): ResolvedConfig {
  const config = {
    name: stack.name,
    ...filled({ networks: Object.fromEntries(stack.networks.map((network) => [network.key, printNetwork(network)])) }),
    services: Object.fromEntries(stack.services.map((service) => [service.name, printNamed(service, stack.name)])),
    ...filled({ volumes: Object.fromEntries(stack.volumes.map((volume) => [volume.key, printResource(volume)])) }),
  };
  return { ...(finish(config, mask) as Record<string, unknown>) };
}

function printNetwork(network: NetworkSpec): Plain {
  return {
    ...printResource(network),
    ipam: printIpam(network.ipam),
    ...filled({ internal: network.internal, attachable: network.attachable, enable_ipv6: network.enableIpv6 }),
  };
}

function printIpam(ipam: NetworkSpec["ipam"]): Plain {
  const config = ipam?.config.map(({ ipRange, auxAddresses, ...address }) =>
    filled({ ...address, ip_range: ipRange, aux_addresses: auxAddresses }),
  );
  return filled({ driver: ipam?.driver, config });
}

function printResource(resource: NetworkSpec | VolumeSpec): Plain {
  return {
    name: resource.name,
    ...filled({
      driver: resource.driver,
      driver_opts: resource.driverOptions,
      external: resource.external,
      labels: resource.labels,
    }),
  };
}

/** Keys under which names stand beside values that may be secret. */
const named = new Set(["environment", "labels", "driver_opts", "args"]);

/** Masks every text and doubles each `$` in it, so that the result can be read as a Compose file again. */
function finish(value: unknown, mask: Mask, name?: string, parent?: string): unknown {
  if (typeof value === "string") return mask(value, name).replaceAll("$", "$$$$");
  if (Array.isArray(value)) return value.map((item) => finish(item, mask));
  if (typeof value !== "object" || value === null) return value;
  const isNamed = parent !== undefined && named.has(parent);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, finish(item, mask, isNamed ? key : undefined, key)]),
  );
}

/** Such an object as the text of a Compose file. */
export function renderYaml(config: object): string {
  return stringify(config, { lineWidth: 0, version: "1.1" });
}

/** Leaves out what is absent, false or empty, as Compose does when it prints a stack. */
export function filled(parts: Plain): Plain {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== false && !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}

/** Leaves out the image's name if the image is built and has its default name. */
function printNamed(service: ServiceSpec, project: string): Plain {
  const { image, ...printed } = printService(service);
  const isOwn = service.run.docker?.build === undefined || image !== builtName(project, service.name);
  return image !== undefined && isOwn ? { ...printed, image } : printed;
}

/** A service as `docker compose config` prints it. */
export function printService(service: ServiceSpec): Plain {
  const spec = service.run.docker;
  return {
    command: spec?.command ?? null,
    entrypoint: spec?.entrypoint ?? null,
    ...(spec === undefined ? {} : printSpec(spec)),
    ...(spec?.init === undefined ? {} : { init: spec.init }),
    ...filled({
      depends_on: Object.fromEntries(service.dependsOn.map(printDependency)),
      environment: { ...service.environment, ...nulls(spec?.unset ?? []) },
      ports: service.ports.map(printPort),
      stop_grace_period: duration(service.stopGraceMs),
      stop_signal: service.stopSignal ?? undefined,
      "x-goat": filled({
        role: service.role === "other" ? undefined : service.role,
        embedded: service.run.embedded,
        reload: service.reload,
        overlap: service.dependsOn.flatMap(({ service: other, beside }) => (beside === true ? [other] : [])),
      }),
    }),
  };
}

function nulls(names: readonly string[]): Plain {
  return Object.fromEntries(names.map((name) => [name, null]));
}

function printSpec(spec: ContainerSpec): Plain {
  return filled({
    ...printSettings(spec),
    build: spec.build && filled(printBuild(spec.build)),
    container_name: spec.containerName,
    expose: spec.expose.map((port) => port.replace(/\/tcp$/, "")),
    healthcheck: printHealthCheck(spec.healthCheck),
    hostname: spec.hostname,
    image: spec.image,
    labels: spec.labels,
    networks: Object.fromEntries(spec.networks.map(printAttachment)),
    platform: spec.platform,
    privileged: spec.privileged,
    pull_policy: spec.pullPolicy === "missing" ? undefined : spec.pullPolicy,
    read_only: spec.readOnly,
    restart: printRestart(spec.restart),
    stdin_open: spec.stdinOpen,
    tmpfs: spec.mounts.flatMap(printTmpfs),
    tty: spec.tty,
    user: spec.user,
    volumes: spec.mounts.filter((mount) => !isShortTmpfs(mount)).map(printMount),
    working_dir: spec.workingDir,
  });
}

function printHealthCheck(check: HealthCheck | undefined): Plain | undefined {
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
}

function duration(durationMs: number | null | undefined): string | undefined {
  return durationMs === null || durationMs === undefined ? undefined : formatComposeDuration(durationMs);
}

function printAttachment({
  network,
  aliases,
  ipv4Address,
  ipv6Address,
}: NetworkAttachment): readonly [string, unknown] {
  const parts = filled({ aliases, ipv4_address: ipv4Address, ipv6_address: ipv6Address });
  return [network, isEmpty(parts) ? null : parts];
}

function printRestart({ name, maxRetries }: RestartPolicy): string | undefined {
  if (name === "no") return undefined;
  return maxRetries === undefined ? name : `${name}:${maxRetries}`;
}

function printTmpfs(mount: Mount): readonly string[] {
  if (!isShortTmpfs(mount)) return [];
  const { target, options } = mount;
  return [options === "" ? target : `${target}:${options}`];
}

function isShortTmpfs(mount: Mount): mount is Extract<Mount, { kind: "tmpfs" }> & { readonly options: string } {
  return mount.kind === "tmpfs" && mount.options !== undefined;
}

function printMount(mount: Mount): Plain {
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
  if (mount.kind === "tmpfs") {
    const { sizeBytes, mode } = mount;
    const size = sizeBytes === undefined ? undefined : String(sizeBytes);
    return { type: "tmpfs", ...target, ...filled({ tmpfs: filled({ size, mode }) }) };
  }
  if (mount.kind === "volume") {
    return { type: "volume", source: mount.volume, ...target, volume: filled({ nocopy: mount.noCopy ?? false }) };
  }
  return { type: "volume", ...target, volume: filled({ nocopy: mount.kind === "anonymous" && mount.noCopy }) };
}

const conditions = {
  started: "service_started",
  ready: "service_healthy",
  completed: "service_completed_successfully",
} as const;

function printDependency({ service, until, restart, required }: Dependency): readonly [string, Plain] {
  return [service, { condition: conditions[until], ...(restart ? { restart } : {}), required }];
}

function printPort(port: PortSpec): Plain {
  return {
    mode: "ingress",
    ...(port.hostIp === "" ? {} : { host_ip: port.hostIp }),
    target: port.container,
    ...filled({ published: port.hostRange ?? (port.host === null ? undefined : String(port.host)) }),
    protocol: port.protocol,
  };
}
