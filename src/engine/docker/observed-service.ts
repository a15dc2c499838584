import type { ContainerInspectInfo, NetworkInspectInfo } from "dockerode";
import type { ObservedService } from "../../model/observed.ts";
import type { PortSpec } from "../../model/stack.ts";
import { label, originOf, readRecord } from "./labels.ts";

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

const healthOf = (status: string | undefined): ObservedService["health"] =>
  status === "starting" || status === "healthy" || status === "unhealthy" ? status : "none";

/** An ISO time; null where the engine tells none: year 1 is its word for never. */
const timeOf = (text: string | undefined): string | null =>
  text === undefined || text.startsWith("0001-") || Number.isNaN(Date.parse(text)) ? null : text;

type Bindings = Readonly<Record<string, readonly { readonly HostIp?: string; readonly HostPort?: string }[] | null>>;

const toPorts = (bindings: Bindings | null | undefined): PortSpec[] =>
  Object.entries(bindings ?? {}).flatMap(([key, hosts]) => {
    const [container, protocol] = key.split("/");
    return (hosts ?? []).map((host) => ({
      hostIp: host.HostIp ?? "",
      host: host.HostPort ? Number(host.HostPort) : null,
      container: Number(container),
      protocol: protocol === "udp" ? ("udp" as const) : ("tcp" as const),
    }));
  });

/** The ports as asked for, with the host ports the engine chose filled in. */
const portsOf = (info: ContainerInspectInfo): readonly PortSpec[] => {
  const bound = toPorts(info.NetworkSettings.Ports);
  return toPorts(info.HostConfig.PortBindings).map((port) => {
    if (port.host !== null) return port;
    const chosen = bound.find((b) => b.container === port.container && b.protocol === port.protocol);
    return chosen === undefined ? port : { ...port, host: chosen.host };
  });
};

type Network = Pick<NetworkInspectInfo, "Id" | "Name">;

/**
 * The networks it is joined to. A stopped container goes on naming one that was removed meanwhile, and cannot start on another of
 * the same name; before its first start it knows a network by its name alone.
 */
const joined = (info: ContainerInspectInfo, networks: readonly Network[]): readonly string[] =>
  Object.entries(info.NetworkSettings.Networks ?? {})
    .filter(([name, { NetworkID }]) => networks.some(({ Id, Name }) => [Id, Name].includes(NetworkID || name)))
    .map(([name]) => name)
    .sort();

/** What an inspect says about a service, among the networks there are; null for a container that is no service's. */
export const toObservedService = (info: ContainerInspectInfo, networks: readonly Network[]): ObservedService | null => {
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
    image: info.Config.Image,
    imageId: info.Image,
    fingerprint: readRecord(labels[label.spec]),
    files: readRecord(labels[label.files]) ?? {},
    networks: joined(info, networks),
    ports: portsOf(info),
    oneOff: labels[label.oneOff] === "True",
    origin: originOf(labels),
  };
};
