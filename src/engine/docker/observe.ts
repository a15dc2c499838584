import type {
  ContainerInfo,
  ContainerInspectInfo,
  ImageInspectInfo,
  NetworkInspectInfo,
  VolumeInspectInfo,
} from "dockerode";
import type { ObservedNetwork, ObservedService, ObservedStack, ObservedVolume } from "../../model/observed.ts";
import type { PortSpec } from "../../model/stack.ts";
import type { ObserveRequest } from "../engine.ts";
import type { ImageFacts } from "./create-request.ts";
import { guarded, unlessStatus } from "./errors.ts";
import { label, originOf, readRecord } from "./labels.ts";
import type { Reader } from "./reader.ts";

/** The state of a stack: containers (one list, then an inspect of each), networks, volumes, images, all in parallel. */
export function observe(reader: Reader, request: ObserveRequest, signal: AbortSignal): Promise<ObservedStack> {
  return guarded({ verb: "list", subject: `the containers of ${request.stack}` }, signal, async () => {
    const [inspected, networks, volumes, images] = await Promise.all([
      inspectAll(reader, request.stack, signal),
      listNetworks(reader, signal),
      listVolumes(reader, request.stack, signal),
      Promise.all(
        [...new Set(request.images)].map(async (image) => {
          const info = await inspectImage(reader, image, signal);
          return [image, info?.id ?? null] as const;
        }),
      ),
    ]);
    return {
      name: request.stack,
      services: toServices(inspected, networks),
      networks: toNetworks(networks, request.stack),
      volumes,
      images: Object.fromEntries(images),
    };
  });
}

/** The stacks that goat-dev made: Compose writes no `spec` label on containers, and no `folder` label on volumes. */
export function stacks(reader: Reader, signal: AbortSignal): Promise<readonly string[]> {
  return guarded({ verb: "list", subject: "the stacks" }, signal, async () => {
    const having = (name: string) => ({ filters: JSON.stringify({ label: [name] }) });
    const [containers, volumes] = await Promise.all([
      reader.json("/containers/json", signal, { all: "true", ...having(label.spec) }),
      reader.json("/volumes", signal, having(label.folder)),
    ]);
    const labelled = [
      ...(containers as readonly ContainerInfo[]),
      ...((volumes as { readonly Volumes?: readonly VolumeInspectInfo[] | null }).Volumes ?? []),
    ];
    const names = labelled.flatMap(({ Labels }) => Labels?.[label.project] ?? []);
    return [...new Set(names)].sort();
  });
}

async function inspectAll(reader: Reader, stack: string, signal: AbortSignal): Promise<ContainerInspectInfo[]> {
  const query = { all: "true", ...ofProject(stack) };
  const list = (await reader.json("/containers/json", signal, query)) as readonly ContainerInfo[];
  const inspected = await Promise.all(
    // A container may be removed between the list and its inspect.
    list.map(({ Id }) => unlessStatus([404], null, () => reader.json(`/containers/${Id}/json`, signal))),
  );
  return inspected.flatMap((info) => (info === null ? [] : [info as ContainerInspectInfo]));
}

function ofProject(stack: string): { readonly filters: string } {
  return {
    filters: JSON.stringify({ label: [`${label.project}=${stack}`] }),
  };
}

/** All networks of the engine, because a container may be attached to another project's network. */
async function listNetworks(reader: Reader, signal: AbortSignal): Promise<readonly NetworkInspectInfo[]> {
  return (await reader.json("/networks", signal)) as readonly NetworkInspectInfo[];
}

async function listVolumes(reader: Reader, stack: string, signal: AbortSignal): Promise<ObservedVolume[]> {
  const answer = (await reader.json("/volumes", signal, ofProject(stack))) as {
    readonly Volumes?: readonly VolumeInspectInfo[] | null;
  };
  return (answer.Volumes ?? []).flatMap((volume) => {
    const key = volume.Labels?.[label.volume];
    if (key === undefined) return [];
    const createdAt = "CreatedAt" in volume && typeof volume.CreatedAt === "string" ? volume.CreatedAt : null;
    const { Name: name, Driver: driver, Labels: labels, Options: options } = volume;
    return [{ key, name, createdAt, made: { driver, options: options ?? {} }, labels, origin: originOf(labels) }];
  });
}

function toServices(
  inspected: readonly ContainerInspectInfo[],
  networks: readonly NetworkInspectInfo[],
): ObservedService[] {
  return inspected
    .map((info) => toObservedService(info, networks))
    .filter((service) => service !== null)
    .sort((a, b) => (a.container < b.container ? -1 : 1));
}

function toNetworks(networks: readonly NetworkInspectInfo[], stack: string): ObservedNetwork[] {
  return networks.flatMap(({ Name, Id, Labels }) => {
    const key = Labels?.[label.project] === stack ? Labels[label.network] : undefined;
    return key === undefined ? [] : [{ key, name: Name, id: Id, fingerprint: Labels?.[label.spec] ?? null }];
  });
}

/** The image that the engine has for a reference; null where it has none, or rejects the reference as invalid. */
export function inspectImage(reader: Reader, image: string, signal: AbortSignal): Promise<ImageFacts | null> {
  return guarded({ verb: "inspect", subject: `the image ${image}` }, signal, async () => {
    const path = `/images/${image.split("/").map(encodeURIComponent).join("/")}/json`;
    const info = await unlessStatus([400, 404], null, () => reader.json(path, signal));
    if (info === null) return null;
    const { Id, Config } = info as ImageInspectInfo;
    return { id: Id, volumes: Object.keys(Config?.Volumes ?? {}) };
  });
}

type Network = Pick<NetworkInspectInfo, "Id" | "Name">;

const states: Readonly<Record<string, ObservedService["state"]>> = {
  created: "created",
  running: "running",
  restarting: "restarting",
  paused: "paused",
  exited: "exited",
  removing: "dead",
  dead: "dead",
  // Podman's words.
  configured: "created",
  initialized: "created",
  stopping: "running",
  stopped: "exited",
};

/** A service from its container's inspect and the networks that exist; null for a container without a service label. */
export function toObservedService(info: ContainerInspectInfo, networks: readonly Network[]): ObservedService | null {
  const labels = info.Config.Labels ?? {};
  const name = labels[label.service];
  if (name === undefined) return null;
  const { State: state } = info;
  const over = state.Status === "exited" || state.Status === "dead" || state.Status === "restarting";
  return {
    name,
    handle: info.Id,
    container: info.Name.replace(/^\//, ""),
    state: states[state.Status] ?? "dead",
    health: healthOf(state.Health?.Status),
    exitCode: over ? state.ExitCode : null,
    oomKilled: state.OOMKilled,
    startError: state.Error === "" ? null : (state.Error ?? null),
    startedAt: timeOf(state.StartedAt),
    restartCount: info.RestartCount ?? 0,
    image: labels[label.image] ?? info.Config.Image,
    imageId: info.Image,
    fingerprint: readRecord(labels[label.spec]),
    ...(labels[label.configHash] === undefined ? {} : { configHash: labels[label.configHash] }),
    files: readRecord(labels[label.files]) ?? {},
    networks: joined(info, networks),
    ports: portsOf(info),
    oneOff: labels[label.oneOff] === "True",
    origin: originOf(labels),
  };
}

function healthOf(status: string | undefined): ObservedService["health"] {
  return status === "starting" || status === "healthy" || status === "unhealthy" ? status : "none";
}

/** An ISO time; null where the engine gives none, or gives year 1, which means never. */
function timeOf(text: string | undefined): string | null {
  return text === undefined || text.startsWith("0001-") || Number.isNaN(Date.parse(text)) ? null : text;
}

/**
 * The existing networks that the container is attached to. A stopped container still names a network that was removed
 * meanwhile, and cannot start on a new one of the same name; before its first start it has only the name of a network.
 */
function joined(info: ContainerInspectInfo, networks: readonly Network[]): readonly string[] {
  return Object.entries(info.NetworkSettings.Networks ?? {})
    .filter(([name, { NetworkID }]) => networks.some(({ Id, Name }) => [Id, Name].includes(NetworkID || name)))
    .map(([name]) => name)
    .sort();
}

/** The ports as asked for, with the host ports the engine chose filled in. */
function portsOf(info: ContainerInspectInfo): readonly PortSpec[] {
  const bound = toPorts(info.NetworkSettings.Ports);
  return toPorts(info.HostConfig.PortBindings).map((port) => {
    if (port.host !== null) return port;
    const chosen = bound.find((b) => b.container === port.container && b.protocol === port.protocol);
    return chosen === undefined ? port : { ...port, host: chosen.host };
  });
}

type Bindings = Readonly<Record<string, readonly { readonly HostIp?: string; readonly HostPort?: string }[] | null>>;

function toPorts(bindings: Bindings | null | undefined): PortSpec[] {
  return Object.entries(bindings ?? {}).flatMap(([key, hosts]) => {
    const [container, protocol] = key.split("/");
    return (hosts ?? []).map((host) => ({
      hostIp: host.HostIp ?? "",
      host: /^\d+$/.test(host.HostPort ?? "") ? Number(host.HostPort) : null,
      container: Number(container),
      protocol: protocol === "udp" ? ("udp" as const) : ("tcp" as const),
    }));
  });
}
