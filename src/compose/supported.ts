/** What goat-dev does with the keys of one part of a Compose file. A key in none of these is a spelling mistake. */
export interface KeyTable {
  readonly read: readonly string[];
  /** Leaving these out would change what runs: an error, with the reason. */
  readonly refused: Readonly<Record<string, string>>;
  /** Leaving these out changes nothing that runs: a warning. */
  readonly ignored: readonly string[];
}

/** The part of the Compose specification that goat-dev reads, in one place. */
export const supported = {
  file: {
    read: keys("name services networks volumes x-goat"),
    refused: {
      ...because("put everything into one file, or give several with -f", "include"),
      ...because("mount a file instead", "secrets configs"),
      ...because("only services are run", "models jobs"),
    },
    ignored: ["version"],
  },
  service: {
    read: [
      ...keys("image platform command entrypoint environment env_file ports expose volumes tmpfs networks depends_on"),
      ...keys("healthcheck restart stop_signal stop_grace_period user working_dir hostname container_name init tty"),
      ...keys("stdin_open privileged read_only cap_add cap_drop extra_hosts mem_limit shm_size pull_policy labels"),
      ...keys("profiles deploy x-goat"),
    ],
    refused: {
      ...because("goat-dev runs images, it does not build them", "build"),
      ...because("services are reached through networks and ports", "network_mode links external_links"),
      ...because("mount a file instead", "secrets configs label_file"),
      ...because("write the service out, or use a YAML anchor", "extends"),
      ...because("name the volumes in both services", "volumes_from"),
      ...because("the container keeps namespaces of its own", "pid ipc uts userns_mode cgroup cgroup_parent"),
      ...because("devices are not passed on", "devices device_cgroup_rules gpus credential_spec use_api_socket"),
      ...because("only mem_limit and shm_size limit a container", "ulimits cpus cpu_count cpu_percent cpu_period"),
      ...because("only mem_limit and shm_size limit a container", "cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares"),
      ...because("only mem_limit and shm_size limit a container", "cpuset memswap_limit pids_limit blkio_config"),
      ...because("only mem_limit and shm_size limit a container", "mem_swappiness oom_kill_disable storage_opt umask"),
      ...because("the container keeps the engine's own setting", "sysctls security_opt dns dns_opt dns_search"),
      ...because("the container keeps the engine's own setting", "domainname mac_address group_add runtime isolation"),
      ...because("one container runs for each service", "scale"),
      ...because("only the container's own command runs", "post_start pre_start pre_stop provider models"),
    },
    ignored: keys("annotations attach develop logging mem_reservation oom_score_adj pull_refresh_after"),
  },
  deploy: {
    read: [],
    refused: {
      ...because("write mem_limit", "resources"),
      ...because("one container runs for each service", "replicas mode"),
      ...because("write restart", "restart_policy"),
    },
    ignored: keys("endpoint_mode labels placement rollback_config update_config"),
  },
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
    read: keys("name external driver driver_opts internal attachable enable_ipv6 labels"),
    refused: because("addresses are the engine's choice", "ipam enable_ipv4"),
    ignored: [],
  },
  volume: {
    read: keys("name external driver driver_opts labels"),
    refused: {},
    ignored: [],
  },
  goat: {
    read: keys("role ready timeout embedded"),
    refused: {},
    ignored: [],
  },
  embedded: { read: keys("recipe command database"), refused: {}, ignored: [] },
} as const satisfies Record<string, KeyTable>;

function because(reason: string, keys: string): Record<string, string> {
  return Object.fromEntries(keys.split(" ").map((key) => [key, reason]));
}

function keys(text: string): readonly string[] {
  return text.split(" ");
}
