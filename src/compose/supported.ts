/** What goat-dev does with the keys of one part of a Compose file. A key in none of these is a spelling mistake. */
export interface KeyTable {
  readonly read: readonly string[];
  /** Leaving these out would change what runs: an error, with the reason. */
  readonly refused: Readonly<Record<string, string>>;
  /** Leaving these out changes nothing that runs: a warning. */
  readonly ignored: readonly string[];
  /** Refused keys with the one value that changes nothing. */
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
      ...because("write them under labels", "label_file"),
      ...because("the engine is not passed on", "credential_spec use_api_socket"),
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
    // Of the cache, and of what is written beside the image.
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
  // A share of processors that is set aside means something to a swarm alone.
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
    // One engine publishes in one way: `mode` makes no difference.
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
    refused: because("name a volume, or mount the folder itself", "subpath"),
    ignored: ["labels"],
  },
  tmpfsOptions: { read: keys("size mode"), refused: {}, ignored: [] },
  // Without a swarm nobody sets the owner and mode of a file that is mounted.
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
    refused: because("addresses are the engine's choice", "enable_ipv4"),
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

/** What an ignored key has to be all the same: something else is a mistake, as in Compose. */
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
