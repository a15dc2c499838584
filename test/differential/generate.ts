import fc from "fast-check";

/** A service as text: key -> its value as YAML would have it in one line. */
export type ServiceText = Readonly<Record<string, string>>;

/** Something of YAML's own in one line; what is not quoted is to be read as YAML reads it. */
const quoted = (text: string): string => JSON.stringify(text);

const word = fc.constantFrom("a", "web", "x-1", "A_b", "data", "v1.2", "é");
const odd = fc.constantFrom(
  ..."yes no on ~ null 012 0x1F 1e3 1.0 .5 1_000 0o17 2024-01-02 true False 1:30 +3 -0 0b11 1e+2 .inf".split(" "),
);
const variable = fc.constantFrom(
  "$SET",
  "${SET}",
  "${UNSET}",
  "${UNSET:-dflt}",
  "${EMPTY:-dflt}",
  "${EMPTY-dflt}",
  "${SET:+alt}",
  "${UNSET+alt}",
  "${UNSET:-${SET}}",
  "$$SET",
  "${SET:?needed}",
  "a$",
  "$1",
);
const text = fc.oneof(
  word.map(quoted),
  variable.map(quoted),
  fc.tuple(word, variable, word).map((parts) => quoted(parts.join(""))),
);
const scalar = fc.oneof(text, odd, fc.integer({ min: -5, max: 70_000 }).map(String));

const list = (item: fc.Arbitrary<string>, max = 4): fc.Arbitrary<string> =>
  fc.array(item, { maxLength: max }).map((items) => `[${items.join(", ")}]`);

const distinct = (item: fc.Arbitrary<string>, max = 4): fc.Arbitrary<string> =>
  fc.uniqueArray(item, { maxLength: max }).map((items) => `[${items.join(", ")}]`);

const map = (key: fc.Arbitrary<string>, value: fc.Arbitrary<string>, max = 4): fc.Arbitrary<string> =>
  fc
    .uniqueArray(fc.tuple(key, value), { maxLength: max, selector: ([name]) => name })
    .map((pairs) => `{ ${pairs.map(([name, inner]) => `${quoted(name)}: ${inner}`).join(", ")} }`);

const record = (parts: Readonly<Record<string, fc.Arbitrary<string>>>, required: readonly string[] = []) =>
  fc.record(parts, { requiredKeys: [...required] }).map(
    (found) =>
      `{ ${Object.entries(found)
        .map(([key, value]) => `${key}: ${String(value)}`)
        .join(", ")} }`,
  );

const name = fc.constantFrom("A", "B_1", "SET", "UNSET", "lower", "WITH.DOT");
const pairs = fc.oneof(
  map(name, fc.oneof(scalar, fc.constant(""))),
  distinct(fc.tuple(name, text).map(([key, value]) => quoted(`${key}=${JSON.parse(value)}`))),
  distinct(name.map(quoted)),
);

const truth = fc.constantFrom("true", "false");
const boolean = fc.constantFrom("true", "false", '"true"', '"${TRUE}"');
const duration = fc.constantFrom("1s", "1m30s", "500ms", "1h", "90s", "1.5s", "100us", '"10s"', "2h45m");
const bytes = fc.constantFrom("512m", "1g", "1gb", "1024", "64k", '"1.5g"', "100b", "2M", "1GiB", "10kb");
const path = fc.constantFrom("/data", "/var/lib/x", "/a b", "/x/../y");

const portNumber = fc.constantFrom("80", "443", "8080", "65535", "1");
const port = fc.oneof(
  portNumber,
  fc.tuple(portNumber, portNumber).map(([host, container]) => quoted(`${host}:${container}`)),
  fc.tuple(portNumber, fc.constantFrom("tcp", "udp")).map(([at, protocol]) => quoted(`${at}/${protocol}`)),
  fc.constantFrom(
    '"127.0.0.1:8001:80"',
    '"8000-8002:80-82"',
    '"9000-9001"',
    '"127.0.0.1::80"',
    '"[::1]:80:80"',
    '"${PORT:-8123}:80"',
  ),
  record(
    {
      target: portNumber,
      published: fc.constantFrom('"8080"', "8080", '"9000-9002"'),
      protocol: fc.constantFrom("tcp", "udp"),
      host_ip: fc.constant("127.0.0.1"),
      mode: fc.constantFrom("host", "ingress"),
    },
    ["target"],
  ),
);

const mount = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("./here", "../up", "/abs", "data", "~/home", "."),
      path,
      fc.constantFrom("", ":ro", ":rw", ":z", ":ro,z", ":nocopy"),
    )
    .map(([source, target, mode]) => quoted(`${source}:${target}${mode}`)),
  path.map(quoted),
  record(
    {
      type: fc.constant("tmpfs"),
      target: path,
      tmpfs: record({ size: bytes, mode: fc.constantFrom("448", "0o700", "0700") }),
    },
    ["type", "target"],
  ),
  record(
    {
      type: fc.constant("volume"),
      source: fc.constant("data"),
      target: path,
      read_only: boolean,
      volume: record({ nocopy: boolean }),
    },
    ["type", "target"],
  ),
  record(
    {
      type: fc.constant("bind"),
      source: fc.constantFrom("./x", "/x"),
      target: path,
      read_only: boolean,
      bind: record({ propagation: fc.constant("rshared"), create_host_path: boolean }),
    },
    ["type", "source", "target"],
  ),
);

const command = fc.oneof(
  list(text),
  fc.constantFrom(
    '"a b c"',
    "\"a 'b c' d\"",
    '"sh -c \\"echo hi\\""',
    '""',
    '"a\\\\ b"',
    '"echo $$HOME"',
    "[]",
    '"a   b"',
  ),
);

const healthCheck = record({
  test: fc.oneof(fc.constantFrom('"curl -f x"', '["CMD", "x", "y"]', '["CMD-SHELL", "x y"]', '["NONE"]', "[]", '""')),
  interval: duration,
  timeout: duration,
  retries: fc.constantFrom("3", '"3"', "0"),
  start_period: duration,
  disable: boolean,
});

const build = fc.oneof(
  fc.constantFrom(".", "./web", "../up", "https://example.com/a.git#main", "git@example.com:a.git", "github.com/a/b"),
  record({
    context: fc.constantFrom(".", "./web", "/abs", '"${SET:+web}"'),
    dockerfile: fc.constantFrom("Dockerfile", "docker/Dev.dockerfile", "../other/Dockerfile"),
    args: pairs,
    labels: pairs,
    target: fc.constantFrom("dev", "prod"),
    cache_from: distinct(fc.constantFrom("a:1", '"type=registry,ref=b"')),
    network: fc.constantFrom("host", "none"),
    no_cache: truth,
    pull: truth,
    extra_hosts: distinct(fc.constantFrom('"a:1.2.3.4"', '"b=1.2.3.4"')),
    shm_size: bytes,
    tags: distinct(fc.constantFrom("x:1", "y:2")),
    platforms: fc.constant("[linux/amd64]"),
  }),
);

/** Key -> values that a file may well give it. */
const keys: Readonly<Record<string, fc.Arbitrary<string>>> = {
  command,
  entrypoint: command,
  environment: pairs,
  labels: pairs,
  ports: distinct(port),
  expose: distinct(fc.constantFrom("80", '"80"', '"81/udp"', '"8000-8002"', '"443/tcp"')),
  volumes: list(mount),
  tmpfs: fc.oneof(
    path.map(quoted),
    distinct(fc.constantFrom('"/run"', '"/tmp:size=64m"', '"/tmp:mode=755,size=1g"', '"/x:uid=3,exec"')),
  ),
  networks: fc.oneof(
    distinct(fc.constantFrom("default", "back")),
    map(
      fc.constantFrom("default", "back"),
      fc.oneof(fc.constant(""), record({ aliases: distinct(text), ipv4_address: fc.constant("10.0.0.9") })),
    ),
  ),
  depends_on: fc.oneof(
    distinct(fc.constantFrom("base", "db")),
    map(
      fc.constantFrom("base", "db"),
      record(
        {
          condition: fc.constantFrom("service_started", "service_healthy", "service_completed_successfully"),
          restart: truth,
          required: truth,
        },
        ["condition"],
      ),
    ),
  ),
  healthcheck: healthCheck,
  restart: fc.constantFrom('"no"', "always", "unless-stopped", "on-failure", "on-failure:3", '""'),
  stop_signal: fc.constantFrom("SIGINT", "SIGTERM"),
  stop_grace_period: duration,
  user: fc.constantFrom('"1000"', '"1000:1000"', "root", '"${SET}"'),
  working_dir: path.map(quoted),
  hostname: text,
  init: boolean,
  tty: boolean,
  stdin_open: boolean,
  privileged: boolean,
  read_only: boolean,
  cap_add: distinct(fc.constantFrom("ALL", "SYS_PTRACE", "NET_ADMIN")),
  cap_drop: distinct(fc.constantFrom("ALL", "NET_RAW")),
  extra_hosts: distinct(
    fc.constantFrom(
      '"a:1.2.3.4"',
      '"b=1.2.3.4"',
      '"host.docker.internal:host-gateway"',
      '"c=[::1]"',
      '"d=1.1.1.1,2.2.2.2"',
    ),
  ),
  mem_limit: fc.oneof(bytes, fc.constant("-1")),
  shm_size: bytes,
  mem_reservation: bytes,
  memswap_limit: fc.oneof(bytes, fc.constant("-1")),
  mem_swappiness: fc.constantFrom("3", "100"),
  oom_kill_disable: truth,
  oom_score_adj: fc.constantFrom("3", "-3"),
  cpus: fc.constantFrom("1.5", '"0.5"', "2"),
  cpu_shares: fc.constantFrom("10", '"512"'),
  cpu_quota: fc.constantFrom("5000", '"5000"'),
  cpuset: fc.constantFrom('"0"', '"0-3"', '"0,1"'),
  pids_limit: fc.constantFrom("5", "-1"),
  ulimits: map(
    fc.constantFrom("nofile", "nproc"),
    fc.constantFrom("100", '"7"', "-1", "{ soft: 1, hard: 2 }", '{ soft: "3", hard: 3 }'),
  ),
  security_opt: distinct(fc.constantFrom("no-new-privileges:true", "seccomp:unconfined", '"label=disable"')),
  sysctls: fc.oneof(
    map(fc.constantFrom("net.core.somaxconn", "a.b"), fc.constantFrom("1", '"x"', "true")),
    distinct(fc.constantFrom("a=1", "b=2")),
  ),
  group_add: distinct(fc.constantFrom("1", '"2"', "audio")),
  devices: distinct(fc.constantFrom('"/dev/null:/dev/x"', "/dev/zero", '"/dev/null:/dev/y:r"', '"/dev/tty:rw"')),
  device_cgroup_rules: distinct(fc.constant('"c 1:3 mr"')),
  dns: fc.oneof(fc.constantFrom("1.1.1.1", '""'), distinct(fc.constantFrom("1.1.1.1", "8.8.8.8"))),
  dns_search: fc.oneof(fc.constant("a.example"), distinct(fc.constantFrom("a", "b"))),
  dns_opt: distinct(fc.constantFrom("use-vc", '"ndots:1"')),
  domainname: text,
  runtime: fc.constantFrom("runc", '""'),
  ipc: fc.constantFrom("host", "shareable", '"service:base"', '""'),
  pid: fc.constantFrom("host", '"service:db"', '""'),
  uts: fc.constant("host"),
  userns_mode: fc.constant("host"),
  cgroup: fc.constantFrom("host", "private"),
  cgroup_parent: fc.constant("/x"),
  storage_opt: fc.constant("{ size: 1g }"),
  links: distinct(fc.constantFrom("base", '"base:b"', "db")),
  volumes_from: distinct(fc.constantFrom("base", '"db:ro"', '"container:other:ro"')),
  logging: record({
    driver: fc.constantFrom("json-file", "none"),
    options: record({ "max-size": fc.constantFrom("1", '"10m"') }),
  }),
  gpus: fc.constantFrom("all", "[{ count: 1 }]", '[{ driver: nvidia, device_ids: ["0"] }]'),
  network_mode: fc.constantFrom("host", "none", "bridge", '"service:base"', "default"),
  scale: fc.constant("1"),
  deploy: record({
    replicas: fc.constant("1"),
    mode: fc.constant("replicated"),
    resources: record({
      limits: record({ memory: bytes, cpus: fc.constantFrom('"0.5"', '"2"'), pids: fc.constant("7") }),
      reservations: record({
        devices: fc.constantFrom("[{ capabilities: [gpu] }]", "[{ capabilities: [gpu], count: 1, driver: nvidia }]"),
      }),
    }),
    restart_policy: record({ condition: fc.constantFrom("none", "on-failure", "any"), max_attempts: fc.constant("3") }),
  }),
  build,
  platform: fc.constantFrom("linux/amd64", "linux/arm64/v8"),
  pull_policy: fc.constantFrom("always", "never", "missing", "if_not_present"),
};

/** A service of a few keys. */
export const service: fc.Arbitrary<ServiceText> = fc
  .record(
    { image: fc.constantFrom("busybox", '"${IMAGE:-alpine}:3"', "registry.example.com:5000/team/app:1.2"), ...keys },
    { requiredKeys: ["image"] },
  )
  .chain((all) => {
    const chosen = Object.keys(all).filter((key) => key !== "image");
    return fc
      .subarray(chosen, { maxLength: 4 })
      .map((some) => Object.fromEntries(["image", ...some].map((key) => [key, String(all[key as keyof typeof all])])));
  });

/** The text of an env file: names, quotes, escapes, variables, comments and blanks, in any order. */
export const envText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc
        .tuple(
          fc.constantFrom("", " ", "export ", "\t"),
          fc.constantFrom("A", "B", "C_1", "lower", "SET", "D.E", "F-G"),
          fc.constantFrom("=", " = ", ": ", "= ", "="),
          fc.constantFrom(
            ...[
              "1",
              "plain words",
              "'single $SET'",
              '"double $SET"',
              "$A",
              "${B:-b}",
              '"a\\nb"',
              "'it\\'s'",
              "x # note",
              "x#y",
            ],
            ...[
              "",
              '""',
              "''",
              "#",
              "a=b",
              "  spaced  ",
              '"multi\nline"',
              "$$A",
              "\\$A",
              "`cmd`",
              '"q" # note',
              "${C_1}-${A}",
              '"\\$A"',
              "é",
            ],
          ),
        )
        .map((parts) => parts.join("")),
      fc.constantFrom("", "# note", "BARE", "SET", "  # note", "export BARE2"),
    ),
    { maxLength: 8 },
  )
  .map((lines) => `${lines.join("\n")}\n`);
