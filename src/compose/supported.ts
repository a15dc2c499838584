/**
 * What goat-dev does with the keys of one part of a Compose file. A key in none of these lists is reported as unknown.
 */
export interface KeyTable {
  readonly read: readonly string[];
  /** Each key with the reason why it is refused: ignoring it would change what runs, so it is an error. */
  readonly refused: Readonly<Record<string, string>>;
  /** Ignoring these keys changes nothing that runs, so they are only a warning. */
  readonly ignored: readonly string[];
  /** Refused keys that are accepted with this one value, which is what goat-dev does anyway. */
  readonly usual?: Readonly<Record<string, string>>;
}

/** The part of the Compose specification that goat-dev reads, in one place. */
export const supported = {
  file: {
    read: keys("name services networks volumes secrets configs x-goat"),
    refused: {
      ...because("only services are run", "models jobs"),
    },
    ignored: ["version"],
  },
  service: {
    read: [
      ...keys("image platform command entrypoint environment env_file ports expose volumes tmpfs networks depends_on"),
      ...keys("healthcheck restart stop_signal stop_grace_period user working_dir hostname container_name init tty"),
      ...keys("stdin_open privileged read_only cap_add cap_drop extra_hosts mem_limit shm_size pull_policy labels"),
      ...keys(
        "profiles deploy x-goat ulimits cpus cpu_shares cpu_period cpu_quota cpuset mem_reservation memswap_limit",
      ),
      ...keys("mem_swappiness oom_kill_disable oom_score_adj pids_limit security_opt sysctls group_add devices"),
      ...keys(
        "device_cgroup_rules gpus runtime userns_mode uts cgroup cgroup_parent storage_opt dns dns_opt dns_search",
      ),
      ...keys("domainname mac_address links network_mode ipc pid volumes_from logging"),
      ...keys("secrets configs build"),
    ],
    refused: {
      ...because("only containers of this stack are linked: join a network with the other one", "external_links"),
      ...because('write its lines under "labels"', "label_file"),
      ...because("a container gets no access to the engine", "credential_spec use_api_socket"),
      ...because("cpus, cpu_shares, cpuset and mem_limit limit a container", "cpu_count cpu_percent cpu_rt_period"),
      ...because("cpus, cpu_shares, cpuset and mem_limit limit a container", "cpu_rt_runtime blkio_config umask"),
      ...because("the container keeps the engine's own setting", "isolation"),
      ...because("one container runs for each service", "scale"),
      ...because("only the container's own command runs", "post_start pre_start pre_stop provider models"),
    },
    usual: { scale: "1" },
    ignored: keys("annotations attach develop pull_refresh_after"),
  },
  build: {
    read: [
      ...keys("context dockerfile dockerfile_inline args labels target cache_from network no_cache pull extra_hosts"),
      ...keys("shm_size tags platforms ulimits"),
    ],
    refused: {
      ...because("a build is given its folder and its args, and nothing else of this machine", "additional_contexts"),
      ...because("a build is given its folder and its args, and nothing else of this machine", "secrets ssh"),
      ...because("a build has the engine's own rights", "privileged isolation entitlements"),
    },
    // These concern the build cache and what is written beside the image, not the image itself.
    ignored: keys("cache_to provenance sbom"),
  },
  deploy: {
    read: keys("resources restart_policy"),
    refused: because("one container runs for each service", "replicas mode"),
    usual: { replicas: "1", mode: "replicated" },
    ignored: keys("endpoint_mode labels placement rollback_config update_config"),
  },
  resources: { read: keys("limits reservations"), refused: {}, ignored: [] },
  resourceLimits: { read: keys("cpus memory pids"), refused: {}, ignored: [] },
  // Reserving processors has a meaning only in a swarm.
  resourceReservations: { read: keys("memory devices"), refused: {}, ignored: keys("cpus generic_resources") },
  restartPolicy: { read: keys("condition max_attempts"), refused: {}, ignored: keys("delay window") },
  deviceRequest: { read: keys("driver count device_ids capabilities options"), refused: {}, ignored: [] },
  ulimit: { read: keys("soft hard"), refused: {}, ignored: [] },
  logging: { read: keys("driver options"), refused: {}, ignored: [] },
  healthcheck: {
    read: keys("test interval timeout retries start_period start_interval disable"),
    refused: {},
    ignored: [],
  },
  port: {
    // `mode` makes no difference: a single engine publishes ports in only one way.
    read: keys("target published host_ip protocol mode"),
    refused: {},
    ignored: keys("name app_protocol"),
  },
  mount: {
    read: keys("type source target read_only bind volume tmpfs"),
    refused: {},
    ignored: ["consistency"],
  },
  bindOptions: {
    read: keys("create_host_path propagation"),
    refused: because("the folder is mounted as a whole", "recursive"),
    ignored: ["selinux"],
  },
  volumeOptions: {
    read: ["nocopy"],
    refused: because("mount the whole volume, or the folder itself", "subpath"),
    ignored: ["labels"],
  },
  tmpfsOptions: { read: keys("size mode"), refused: {}, ignored: [] },
  // Outside a swarm, the owner and mode of a mounted file cannot be set.
  fileMount: { read: keys("source target"), refused: {}, ignored: keys("uid gid mode") },
  fileDefinition: {
    read: keys("file name"),
    refused: because("only files are mounted", "environment content external driver template_driver"),
    ignored: ["labels"],
  },
  envFile: { read: keys("path required format"), refused: {}, ignored: [] },
  attachment: {
    read: keys("aliases ipv4_address ipv6_address"),
    refused: because(
      "the container keeps the engine's own setting",
      "driver_opts interface_name link_local_ips mac_address",
    ),
    ignored: keys("priority gw_priority"),
  },
  dependency: { read: keys("condition restart required"), refused: {}, ignored: [] },
  network: {
    read: keys("name external driver driver_opts internal attachable enable_ipv6 labels ipam"),
    refused: because("IPv4 cannot be switched here", "enable_ipv4"),
    ignored: [],
  },
  ipam: { read: keys("driver config options"), refused: {}, ignored: [] },
  ipamConfig: { read: keys("subnet gateway ip_range aux_addresses"), refused: {}, ignored: [] },
  volume: {
    read: keys("name external driver driver_opts labels"),
    refused: {},
    ignored: [],
  },
  goat: {
    read: keys("role ready timeout embedded reload overlap"),
    refused: {},
    ignored: [],
  },
  reload: { read: keys("command files environment"), refused: {}, ignored: [] },
  embedded: { read: keys("recipe command database"), refused: {}, ignored: [] },
} as const satisfies Record<string, KeyTable>;

/** The kind of value that an ignored key must have all the same: any other is a mistake, as in Compose. */
export const ignoredShapes: Readonly<Record<string, "mapping" | "pairs" | "truth" | "text" | "list">> = {
  version: "text",
  annotations: "pairs",
  labels: "pairs",
  attach: "truth",
  develop: "mapping",
  placement: "mapping",
  rollback_config: "mapping",
  update_config: "mapping",
  endpoint_mode: "text",
  app_protocol: "text",
  consistency: "text",
  selinux: "text",
  cache_to: "list",
};

function because(reason: string, keys: string): Record<string, string> {
  return Object.fromEntries(keys.split(" ").map((key) => [key, reason]));
}

function keys(text: string): readonly string[] {
  return text.split(" ");
}
