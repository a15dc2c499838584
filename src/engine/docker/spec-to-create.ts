import type {
  DockerRecipe,
  HealthCheck,
  NetworkAttachment,
  PortSpec,
  ServiceSpec,
  StackSpec,
} from "../../model/stack.ts";
import { containerLabels } from "./labels.ts";
import { type ImageFacts, type InheritedVolume, toMounts } from "./mounts.ts";
import { present } from "./present.ts";

interface Endpoint {
  readonly network: string;
  readonly settings: {
    readonly Aliases: string[];
    readonly IPAMConfig?: { readonly IPv4Address?: string; readonly IPv6Address?: string };
  };
}

export interface CreatePlan {
  readonly query: { readonly name: string; readonly platform?: string };
  readonly body: Readonly<Record<string, unknown>>;
  /** Networks after the first: engines before API 1.44 attach one network at creation. */
  readonly connect: readonly Endpoint[];
}

export interface CreateInput {
  readonly stack: StackSpec;
  readonly service: ServiceSpec;
  readonly recipe: DockerRecipe;
  readonly container: string;
  readonly fingerprint: Readonly<Record<string, string>>;
  readonly image: ImageFacts;
  readonly inherited: readonly InheritedVolume[];
}

const nanoseconds = (ms: number): number => Math.round(ms * 1_000_000);

const portKey = (port: PortSpec): string => `${port.container}/${port.protocol}`;

const exposedPorts = (ports: readonly PortSpec[], expose: readonly string[]): Record<string, object> =>
  Object.fromEntries(
    [...ports.map(portKey), ...expose.map((port) => (port.includes("/") ? port : `${port}/tcp`))].map((k) => [k, {}]),
  );

const portBindings = (ports: readonly PortSpec[]): Record<string, object[]> => {
  const bindings: Record<string, object[]> = {};
  for (const port of ports) {
    const binding = { HostIp: port.hostIp, HostPort: port.host === null ? "" : String(port.host) };
    bindings[portKey(port)] = [...(bindings[portKey(port)] ?? []), binding];
  }
  return bindings;
};

const healthCheck = (check: HealthCheck | undefined): object | undefined => {
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
};

const toEndpoint = (input: CreateInput, attachment: NetworkAttachment): Endpoint => {
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
      ...(Object.keys(addresses).length > 0 ? { IPAMConfig: addresses } : {}),
    },
  };
};

const hostConfig = (input: CreateInput, first: Endpoint | undefined): Record<string, unknown> => {
  const { stack, recipe, service } = input;
  return present({
    NetworkMode: first?.network ?? "none",
    PortBindings: portBindings(service.ports),
    Mounts: toMounts(stack, recipe, input.image, input.inherited),
    RestartPolicy: present({ Name: recipe.restart.name, MaximumRetryCount: recipe.restart.maxRetries }),
    Init: recipe.init,
    Privileged: recipe.privileged,
    ReadonlyRootfs: recipe.readOnly,
    CapAdd: recipe.capAdd,
    CapDrop: recipe.capDrop,
    ExtraHosts: recipe.extraHosts,
    Memory: recipe.memoryBytes,
    ShmSize: recipe.shmBytes,
  });
};

/** What the engine is asked for when a service's container is made. */
export const toCreate = (input: CreateInput): CreatePlan => {
  const { stack, service, recipe, container } = input;
  const [first, ...rest] = recipe.networks
    .map((attachment) => toEndpoint(input, attachment))
    .sort((a, b) => (a.network < b.network ? -1 : 1));
  const body = present({
    Image: recipe.image,
    Env: Object.entries(service.environment).map(([key, value]) => `${key}=${value}`),
    Cmd: recipe.command,
    Entrypoint: recipe.entrypoint,
    Hostname: recipe.hostname,
    User: recipe.user,
    WorkingDir: recipe.workingDir,
    Tty: recipe.tty,
    OpenStdin: recipe.stdinOpen,
    StopSignal: service.stopSignal ?? undefined,
    StopTimeout: service.stopGraceMs === null ? undefined : Math.ceil(service.stopGraceMs / 1000),
    Healthcheck: healthCheck(recipe.healthCheck),
    ExposedPorts: exposedPorts(service.ports, recipe.expose),
    Labels: containerLabels(stack, service, input.fingerprint, input.image.id),
    HostConfig: hostConfig(input, first),
    NetworkingConfig: first === undefined ? undefined : { EndpointsConfig: { [first.network]: first.settings } },
  });
  return {
    query: { name: container, ...(recipe.platform === undefined ? {} : { platform: recipe.platform }) },
    body,
    connect: rest,
  };
};
