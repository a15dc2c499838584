import type { BuildSpec } from "../model/build.ts";
import type { ContainerSettings } from "../model/container.ts";

/** A container's settings as `docker compose config` prints them; what is absent is undefined. */
export function printSettings(settings: ContainerSettings): Readonly<Record<string, unknown>> {
  return {
    cap_add: settings.capAdd,
    cap_drop: settings.capDrop,
    cgroup: settings.cgroup,
    cgroup_parent: settings.cgroupParent,
    cpu_period: settings.cpuPeriod,
    cpu_quota: settings.cpuQuota,
    cpu_shares: settings.cpuShares,
    cpus: settings.cpus,
    cpuset: settings.cpuset,
    device_cgroup_rules: settings.deviceCgroupRules,
    devices: settings.devices,
    dns: settings.dns,
    dns_opt: settings.dnsOpt,
    dns_search: settings.dnsSearch,
    domainname: settings.domainname,
    extra_hosts: printHosts(settings.extraHosts),
    gpus: settings.gpus?.map(({ ids, ...request }) => ({
      ...request,
      ...(ids === undefined ? {} : { device_ids: ids }),
    })),
    group_add: settings.groupAdd,
    ipc: settings.ipc,
    links: settings.links?.map((link) => link.replace(/^(.*):\1$/, "$1")),
    logging: settings.logging && printLogging(settings.logging),
    mac_address: settings.macAddress,
    mem_limit: text(settings.memoryBytes),
    mem_reservation: text(settings.memReservation),
    mem_swappiness: text(settings.memSwappiness),
    memswap_limit: text(settings.memswapLimit),
    network_mode: settings.networkMode,
    oom_kill_disable: settings.oomKillDisable,
    oom_score_adj: settings.oomScoreAdj,
    pid: settings.pid,
    pids_limit: settings.pidsLimit,
    runtime: settings.runtime,
    security_opt: settings.securityOpt,
    shm_size: text(settings.shmBytes),
    storage_opt: settings.storageOpt,
    sysctls: settings.sysctls,
    ulimits: settings.ulimits && printUlimits(settings.ulimits),
    userns_mode: settings.usernsMode,
    uts: settings.uts,
    volumes_from: settings.volumesFrom,
  };
}

/** A service's `build`, as `docker compose config` prints it; what is absent is undefined. */
export function printBuild(build: BuildSpec): Readonly<Record<string, unknown>> {
  return {
    args: build.args,
    cache_from: build.cacheFrom,
    context: build.context,
    dockerfile: build.dockerfile,
    dockerfile_inline: build.dockerfileInline,
    extra_hosts: printHosts(build.extraHosts),
    labels: build.labels,
    network: build.network,
    no_cache: build.noCache,
    platforms: build.platforms,
    pull: build.pull,
    shm_size: text(build.shmBytes),
    tags: build.tags,
    target: build.target,
    ulimits: build.ulimits && printUlimits(build.ulimits),
  };
}

function printHosts(hosts: readonly string[] | undefined): readonly string[] | undefined {
  return hosts?.map((host) => host.replace(":", "="));
}

function printLogging({
  driver,
  options,
}: NonNullable<ContainerSettings["logging"]>): Readonly<Record<string, unknown>> {
  return { ...(driver === undefined ? {} : { driver }), ...(Object.keys(options).length === 0 ? {} : { options }) };
}

function printUlimits(ulimits: NonNullable<ContainerSettings["ulimits"]>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(ulimits).map(([name, { soft, hard }]) => [name, soft === hard ? soft : { soft, hard }]),
  );
}

/** Compose prints sizes as texts. */
function text(size: number | undefined): string | undefined {
  return size === undefined ? undefined : String(size);
}
