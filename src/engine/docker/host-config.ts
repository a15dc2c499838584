import type { ContainerSettings } from "../../model/container.ts";

/**
 * The parts of the engine's HostConfig that `settings` ask for. `containers` maps a service to its container, for those
 * whose namespaces or volumes this one shares.
 */
export function settingsOf(
  settings: ContainerSettings,
  containers: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  const mode = (text: string | undefined): string | undefined =>
    text?.replace(/^service:(.+)$/, (_whole, service: string) => `container:${containers[service] ?? service}`);
  return {
    ...limitsOf(settings),
    ...devicesOf(settings),
    CapAdd: settings.capAdd,
    CapDrop: settings.capDrop,
    SecurityOpt: settings.securityOpt,
    Sysctls: settings.sysctls,
    GroupAdd: settings.groupAdd,
    Runtime: settings.runtime,
    UsernsMode: settings.usernsMode,
    UTSMode: settings.uts,
    CgroupnsMode: settings.cgroup,
    CgroupParent: settings.cgroupParent,
    StorageOpt: settings.storageOpt,
    ExtraHosts: settings.extraHosts,
    Dns: settings.dns,
    DnsOptions: settings.dnsOpt,
    DnsSearch: settings.dnsSearch,
    IpcMode: mode(settings.ipc),
    PidMode: mode(settings.pid),
    VolumesFrom: settings.volumesFrom?.map((text) => sourceOf(text, containers)),
    LogConfig: settings.logging && {
      Type: settings.logging.driver ?? "",
      Config: settings.logging.options,
    },
    ...(settings.networkMode === undefined ? {} : { NetworkMode: mode(settings.networkMode) }),
  };
}

function limitsOf(settings: ContainerSettings): Readonly<Record<string, unknown>> {
  return {
    Memory: settings.memoryBytes,
    ShmSize: settings.shmBytes,
    MemoryReservation: settings.memReservation,
    MemorySwap: settings.memswapLimit,
    MemorySwappiness: settings.memSwappiness,
    OomKillDisable: settings.oomKillDisable,
    OomScoreAdj: settings.oomScoreAdj,
    NanoCpus: settings.cpus === undefined ? undefined : Math.round(settings.cpus * 1e9),
    CpuShares: settings.cpuShares,
    CpuPeriod: settings.cpuPeriod,
    CpuQuota: settings.cpuQuota,
    CpusetCpus: settings.cpuset,
    PidsLimit: settings.pidsLimit,
    Ulimits:
      settings.ulimits &&
      Object.entries(settings.ulimits).map(([Name, { soft: Soft, hard: Hard }]) => ({ Name, Soft, Hard })),
  };
}

function devicesOf(settings: ContainerSettings): Readonly<Record<string, unknown>> {
  return {
    Devices: settings.devices?.map(({ source, target, permissions }) => ({
      PathOnHost: source,
      PathInContainer: target,
      CgroupPermissions: permissions,
    })),
    DeviceCgroupRules: settings.deviceCgroupRules,
    DeviceRequests: settings.gpus?.map(({ driver, count, ids, capabilities, options }) => ({
      Driver: driver ?? "",
      Count: count ?? 0,
      DeviceIDs: ids ?? [],
      Capabilities: [capabilities],
      Options: options ?? {},
    })),
  };
}

/** `name:ro` with the container's name in the service's place. */
function sourceOf(text: string, containers: Readonly<Record<string, string>>): string {
  if (text.startsWith("container:")) return text.slice("container:".length);
  const [service = "", ...mode] = text.split(":");
  return [containers[service] ?? service, ...mode].join(":");
}
