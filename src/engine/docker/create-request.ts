import type {
  ContainerSpec,
  HealthCheck,
  Mount,
  NetworkAttachment,
  PortSpec,
  ServiceSpec,
  StackSpec,
} from "../../model/stack.ts";
import { settingsOf } from "./host-config.ts";
import { containerLabels } from "./labels.ts";

export interface CreateRequest {
  readonly query: { readonly name: string; readonly platform?: string };
  readonly body: Readonly<Record<string, unknown>>;
  /** Networks to connect after creation: at creation, engines before API 1.44 attach one network only. */
  readonly connect: readonly Endpoint[];
}

export interface CreateInput {
  readonly stack: StackSpec;
  readonly service: ServiceSpec;
  readonly spec: ContainerSpec;
  readonly container: string;
  readonly fingerprint: Readonly<Record<string, string>>;
  readonly image: ImageFacts;
  readonly inherited: readonly InheritedVolume[];
  /** Compose's own hash of the service's configuration. */
  readonly configHash?: string | undefined;
  /** Service -> its container, for services whose namespaces or volumes this container shares. */
  readonly hosts?: Readonly<Record<string, string>>;
}

/** What has to be known of an image to make a container from it. */
export interface ImageFacts {
  readonly id: string;
  /** Paths the image declares as volumes. */
  readonly volumes: readonly string[];
}

/** An anonymous volume of the container that is replaced. */
export interface InheritedVolume {
  readonly name: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** What the engine is asked for when a service's container is made. */
export function createRequest(input: CreateInput): CreateRequest {
  const { service, spec, container } = input;
  const [first, ...rest] = spec.networks
    .map((attachment) => toEndpoint(input, attachment))
    .sort((a, b) => (a.network < b.network ? -1 : 1));
  const body = present({
    Image: spec.image,
    Env: [...Object.entries(service.environment).map(([key, value]) => `${key}=${value}`), ...(spec.unset ?? [])],
    Cmd: spec.command,
    Entrypoint: spec.entrypoint,
    Hostname: spec.hostname,
    Domainname: spec.domainname,
    MacAddress: spec.macAddress,
    User: spec.user,
    WorkingDir: spec.workingDir,
    Tty: spec.tty,
    OpenStdin: spec.stdinOpen,
    StopSignal: service.stopSignal ?? undefined,
    StopTimeout: service.stopGraceMs === null ? undefined : Math.ceil(service.stopGraceMs / 1000),
    Healthcheck: healthCheck(spec.healthCheck),
    ExposedPorts: exposedPorts(service.ports, spec.expose),
    Labels: containerLabels(input, input.image.id),
    HostConfig: hostConfig(input, first),
    NetworkingConfig: first === undefined ? undefined : { EndpointsConfig: { [first.network]: first.settings } },
  });
  return {
    query: { name: container, ...(spec.platform === undefined ? {} : { platform: spec.platform }) },
    body,
    connect: rest,
  };
}

interface Endpoint {
  readonly network: string;
  readonly settings: {
    readonly Aliases: string[];
    readonly Links?: string[];
    readonly IPAMConfig?: { readonly IPv4Address?: string; readonly IPv6Address?: string };
  };
}

function hostConfig(input: CreateInput, first: Endpoint | undefined): Record<string, unknown> {
  const { stack, spec, service } = input;
  return present({
    NetworkMode: first?.network ?? "none",
    PortBindings: portBindings(service.ports),
    Tmpfs: tmpfsOf(spec),
    Mounts: toMounts(stack, spec, input.image, input.inherited),
    RestartPolicy: present({ Name: spec.restart.name, MaximumRetryCount: spec.restart.maxRetries }),
    Init: spec.init,
    Privileged: spec.privileged,
    ReadonlyRootfs: spec.readOnly,
    ...settingsOf(spec, input.hosts ?? {}),
  });
}

function toEndpoint(input: CreateInput, attachment: NetworkAttachment): Endpoint {
  const { ipv4Address, ipv6Address } = attachment;
  const aliases = [input.container, input.service.name, ...attachment.aliases];
  const addresses = {
    ...(ipv4Address === undefined ? {} : { IPv4Address: ipv4Address }),
    ...(ipv6Address === undefined ? {} : { IPv6Address: ipv6Address }),
  };
  return {
    network: input.stack.networks.find((network) => network.key === attachment.network)?.name ?? attachment.network,
    settings: {
      Aliases: [...new Set(aliases)],
      ...(input.spec.links === undefined ? {} : { Links: [...input.spec.links] }),
      ...(Object.keys(addresses).length > 0 ? { IPAMConfig: addresses } : {}),
    },
  };
}

/** An inherited volume replaces an anonymous one of the Compose file or the image, never a mount with a source. */
export function toMounts(
  stack: StackSpec,
  spec: ContainerSpec,
  image: ImageFacts,
  inherited: readonly InheritedVolume[],
): object[] {
  const wanted = new Set([
    ...image.volumes,
    ...spec.mounts.filter((mount) => mount.kind === "anonymous").map((mount) => mount.target),
  ]);
  const taken = new Set(spec.mounts.filter((mount) => mount.kind !== "anonymous").map((mount) => mount.target));
  const plain = spec.mounts.filter((mount) => mount.kind !== "tmpfs" || mount.options === undefined);
  const kept = inherited.filter((volume) => wanted.has(volume.target) && !taken.has(volume.target));
  const keptTargets = new Set(kept.map((volume) => volume.target));
  return [
    ...plain
      .filter((mount) => mount.kind !== "anonymous" || !keptTargets.has(mount.target))
      .map((mount) => toMount(mount, stack)),
    ...kept.map((volume) => ({
      Type: "volume",
      Source: volume.name,
      Target: volume.target,
      ReadOnly: volume.readOnly,
    })),
  ];
}

/** The tmpfs mounts with options, which only HostConfig.Tmpfs can take: a mount entry has no field for them. */
function tmpfsOf({ mounts }: ContainerSpec): Record<string, string> | undefined {
  const found = mounts.flatMap((mount) =>
    mount.kind === "tmpfs" && mount.options !== undefined ? [[mount.target, mount.options] as const] : [],
  );
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function toMount(mount: Mount, stack: StackSpec): object {
  switch (mount.kind) {
    case "bind":
      return present({
        Type: "bind",
        Source: mount.source,
        Target: mount.target,
        ReadOnly: mount.readOnly,
        BindOptions: mount.propagation === undefined ? undefined : { Propagation: mount.propagation },
      });
    case "volume":
      return present({
        Type: "volume",
        Source: stack.volumes.find((volume) => volume.key === mount.volume)?.name ?? mount.volume,
        Target: mount.target,
        ReadOnly: mount.readOnly,
        VolumeOptions: mount.noCopy === undefined ? undefined : { NoCopy: mount.noCopy },
      });
    case "anonymous":
      return present({
        Type: "volume",
        Target: mount.target,
        ReadOnly: mount.readOnly,
        VolumeOptions: mount.noCopy === undefined ? undefined : { NoCopy: mount.noCopy },
      });
    case "tmpfs":
      return {
        Type: "tmpfs",
        Target: mount.target,
        TmpfsOptions: present({ SizeBytes: mount.sizeBytes, Mode: mount.mode }),
      };
  }
}

function portBindings(ports: readonly PortSpec[]): Record<string, object[]> {
  const bindings: Record<string, object[]> = {};
  for (const port of ports) {
    const chosen = port.host === null ? "" : String(port.host);
    const binding = { HostIp: port.hostIp, HostPort: port.hostRange ?? chosen };
    bindings[portKey(port)] = [...(bindings[portKey(port)] ?? []), binding];
  }
  return bindings;
}

function exposedPorts(ports: readonly PortSpec[], expose: readonly string[]): Record<string, object> {
  return Object.fromEntries(
    [...ports.map(portKey), ...expose.map((port) => (port.includes("/") ? port : `${port}/tcp`))].map((k) => [k, {}]),
  );
}

function portKey(port: PortSpec): string {
  return `${port.container}/${port.protocol}`;
}

function healthCheck(check: HealthCheck | undefined): object | undefined {
  if (check === undefined) return undefined;
  if (check.disabled) return { Test: ["NONE"] };
  const time = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : nanoseconds(ms));
  return present({
    Test: check.test,
    Interval: time(check.intervalMs),
    Timeout: time(check.timeoutMs),
    StartPeriod: time(check.startPeriodMs),
    StartInterval: time(check.startIntervalMs),
    Retries: check.retries,
  });
}

function nanoseconds(ms: number): number {
  return Math.round(ms * 1_000_000);
}

/** Without the keys whose value is undefined: the engine's defaults apply to what is not sent. */
function present(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
