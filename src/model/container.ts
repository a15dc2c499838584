/** Settings of a container beyond those that every service has; where one is absent, the engine decides. */
export interface ContainerSettings {
  /** Bytes; -1 takes a limit away. */
  readonly memoryBytes?: number;
  readonly shmBytes?: number;
  readonly memReservation?: number;
  readonly memswapLimit?: number;
  readonly memSwappiness?: number;
  readonly oomKillDisable?: boolean;
  readonly oomScoreAdj?: number;
  readonly cpus?: number;
  readonly cpuShares?: number;
  /** Microseconds. */
  readonly cpuPeriod?: number;
  /** Microseconds. */
  readonly cpuQuota?: number;
  readonly cpuset?: string;
  readonly pidsLimit?: number;
  readonly ulimits?: Readonly<Record<string, Ulimit>>;
  readonly capAdd?: readonly string[];
  readonly capDrop?: readonly string[];
  readonly securityOpt?: readonly string[];
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly groupAdd?: readonly string[];
  readonly devices?: readonly Device[];
  readonly deviceCgroupRules?: readonly string[];
  /** GPUs and other devices that a device driver provides. */
  readonly gpus?: readonly DeviceRequest[];
  readonly runtime?: string;
  readonly usernsMode?: string;
  readonly uts?: string;
  readonly cgroup?: string;
  readonly cgroupParent?: string;
  readonly storageOpt?: Readonly<Record<string, string>>;
  /** Each as `host:address`. */
  readonly extraHosts?: readonly string[];
  readonly dns?: readonly string[];
  readonly dnsOpt?: readonly string[];
  readonly dnsSearch?: readonly string[];
  readonly domainname?: string;
  readonly macAddress?: string;
  /** Each as `service:alias`. */
  readonly links?: readonly string[];
  /** `host`, `none`, `bridge`, `service:name`, `container:name`; such a service joins none of the stack's networks. */
  readonly networkMode?: string;
  /** As `networkMode`. */
  readonly ipc?: string;
  readonly pid?: string;
  /** Each as `name:ro`, `container:name:ro`, or without `:ro`. */
  readonly volumesFrom?: readonly string[];
  readonly logging?: { readonly driver?: string; readonly options: Readonly<Record<string, string>> };
}

interface Ulimit {
  readonly soft: number;
  readonly hard: number;
}

interface Device {
  readonly source: string;
  readonly target: string;
  readonly permissions: string;
}

interface DeviceRequest {
  readonly driver?: string;
  /** -1 for all. */
  readonly count?: number;
  readonly ids?: readonly string[];
  readonly capabilities: readonly string[];
  readonly options?: Readonly<Record<string, string>>;
}

/** The services whose namespaces or volumes this one shares: it is created after them, and recreated with them. */
export function hostsOf({ networkMode, ipc, pid, volumesFrom = [] }: ContainerSettings): readonly string[] {
  const named = [networkMode, ipc, pid].flatMap((mode) => mode?.match(/^service:(.+)$/)?.[1] ?? []);
  const sources = volumesFrom.flatMap((text) => (text.startsWith("container:") ? [] : (text.split(":")[0] ?? [])));
  return [...new Set([...named, ...sources])];
}
