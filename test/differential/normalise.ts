/** One difference that is meant, taken out of both answers before they are held against each other. */
interface Rule {
  /** What Compose prints. */
  readonly compose: string;
  /** What goat-dev prints, or does. */
  readonly goat: string;
  /** Changes a config in place; a config is a tree of plain values. */
  readonly apply: (config: Tree) => void;
}

type Tree = { [key: string]: unknown };

const rules: readonly Rule[] = [
  {
    compose: "keys that change nothing which runs (`annotations`, `develop`, …)",
    goat: "a warning, and not printed",
    apply: (config) => eachService(config, (service) => drop(service, ignoredKeys)),
  },
  {
    compose: "`x-` keys",
    goat: "only `x-goat`, as it was understood",
    apply: (config) => {
      dropExtensions(config);
      eachService(config, dropExtensions);
    },
  },
  {
    compose: "`profiles` of a service",
    goat: "services that are on, without the profiles that made them so",
    apply: (config) => eachService(config, (service) => drop(service, ["profiles"])),
  },
  {
    compose: '`pull_policy: missing` and `if_not_present`, `restart: "no"` as written',
    goat: "what is the default is not printed",
    apply: (config) =>
      eachService(config, (service) => {
        if (["missing", "if_not_present"].includes(String(service["pull_policy"]))) drop(service, ["pull_policy"]);
        if (["no", ""].includes(String(service["restart"]))) drop(service, ["restart"]);
      }),
  },
  {
    compose: "`expose` as written",
    goat: "ranges spread out, `/tcp` left out",
    apply: (config) => eachService(config, (service) => change(service, "expose", (ports) => ports.flatMap(spread))),
  },
  {
    compose: "`extra_hosts` in the order of names",
    goat: "in the file's order",
    apply: (config) =>
      eachService(config, (service) => {
        for (const part of [service, (service["build"] ?? {}) as Tree]) {
          change(part, "extra_hosts", (hosts) => hosts.toSorted());
        }
      }),
  },
  {
    compose: "the other keys of a `healthcheck` that is disabled, by `disable` or by `NONE`",
    goat: "only that it is",
    apply: (config) =>
      eachService(config, (service) => {
        const check = service["healthcheck"] as Tree | undefined;
        const [kind] = (check?.["test"] ?? []) as string[];
        if (check?.["disable"] === true || kind === "NONE") service["healthcheck"] = { disable: true };
      }),
  },
  {
    compose: "`selinux`, `nocopy` of a bind, `bind` of a volume, which have no effect here; empty options",
    goat: "not printed",
    apply: (config) =>
      eachService(config, (service) => {
        for (const mount of (service["volumes"] ?? []) as Tree[]) withoutEffect(mount);
      }),
  },
  {
    compose: "an absolute path of a bind as written",
    goat: "without a slash at its end",
    apply: (config) =>
      eachService(config, (service) => {
        for (const mount of (service["volumes"] ?? []) as Tree[]) {
          if (mount["type"] === "bind") mount["source"] = String(mount["source"]).replace(/(.)\/$/, "$1");
        }
      }),
  },
  {
    compose: "`deploy` and `scale` as written",
    goat: "`mem_limit`, `cpus`, `pids_limit`, `gpus` and `restart`, which are the same for one container",
    apply: (config) => eachService(config, (service) => spreadDeploy(service)),
  },
  {
    compose: "an empty `logging`, and a mapping of equal limits in `ulimits`",
    goat: "nothing, and one number",
    apply: (config) =>
      eachService(config, (service) => {
        const { logging, ulimits } = service as { logging?: Tree; ulimits?: Tree };
        if (logging !== undefined && Object.keys(logging).length === 0) drop(service, ["logging"]);
        for (const [name, limit] of Object.entries(
          (ulimits ?? {}) as Record<string, { soft?: number; hard?: number }>,
        )) {
          if (ulimits && limit.soft !== undefined && limit.soft === limit.hard) ulimits[name] = limit.soft;
        }
      }),
  },
  {
    compose: "`secrets` and `configs` that are files",
    goat: "the mounts that they become",
    apply: (config) => {
      eachService(config, (service) => mountFiles(service, config));
      drop(config, ["secrets", "configs"]);
    },
  },
  {
    compose: "`{}` for a network that is joined without a setting, where it was written so",
    goat: "`null`",
    apply: (config) =>
      eachService(config, (service) => {
        const networks = (service["networks"] ?? {}) as Tree;
        for (const [key, joined] of Object.entries(networks)) {
          if (Object.keys(joined ?? {}).length === 0) networks[key] = null;
        }
      }),
  },
  {
    compose: "`mode` of a port as written, and a port twice that was written in both forms",
    goat: "`ingress`, as one engine publishes in one way, and a port once",
    apply: (config) =>
      eachService(config, (service) => {
        const ports = ((service["ports"] ?? []) as Tree[]).map((port) =>
          JSON.stringify(ordered({ ...port, mode: "ingress" })),
        );
        if (ports.length > 0) service["ports"] = [...new Set(ports)].map((port) => JSON.parse(port));
      }),
  },
];

const ignoredKeys = [..."annotations attach develop pull_refresh_after".split(" ")];

/** A config with every intended difference taken out, its keys in order, as text to be compared. */
export function normalised(config: unknown): string {
  const tree = structuredClone(config) as Tree;
  for (const { apply } of rules) apply(tree);
  return JSON.stringify(ordered(tree), null, 1);
}

/** The rules as the table of the docs. */
export function tableOfDifferences(): string {
  const rows = rules.map(({ compose, goat }) => `| ${compose} | ${goat} |`);
  return ["| Compose prints | goat-dev |", "| --- | --- |", ...rows].join("\n");
}

function eachService(config: Tree, change: (service: Tree) => void): void {
  for (const service of Object.values((config["services"] ?? {}) as Tree)) change(service as Tree);
}

function drop(tree: Tree, keys: readonly string[]): void {
  for (const key of keys) delete tree[key];
}

function change(service: Tree, key: string, to: (items: readonly string[]) => readonly string[]): void {
  if (Array.isArray(service[key])) service[key] = [...new Set(to(service[key].map(String)))];
}

function spread(port: string): readonly string[] {
  const [range = "", protocol = "tcp"] = port.split("/");
  const [from = "", to = from] = range.split("-");
  const suffix = protocol === "tcp" ? "" : `/${protocol}`;
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => `${Number(from) + index}${suffix}`);
}

function withoutEffect(mount: Tree): void {
  const other = mount["type"] === "bind" ? "volume" : "bind";
  delete mount[other];
  for (const key of ["bind", "volume", "tmpfs"]) {
    const { selinux: _label, ...options } = (mount[key] ?? {}) as Tree;
    if (Object.keys(options).length === 0) delete mount[key];
    else mount[key] = options;
  }
}

function mountFiles(service: Tree, config: Tree): void {
  const folders = { secrets: "/run/secrets/", configs: "/" } as const;
  for (const [kind, folder] of Object.entries(folders)) {
    const declared = (config[kind] ?? {}) as Record<string, { file?: string }>;
    const mounts = ((service[kind] ?? []) as { source: string; target?: string }[]).map(
      ({ source, target = source }) => ({
        type: "bind",
        source: declared[source]?.file,
        target: target.startsWith("/") ? target : `${folder}${target}`,
        read_only: true,
      }),
    );
    if (mounts.length > 0) service["volumes"] = [...((service["volumes"] ?? []) as Tree[]), ...mounts];
    drop(service, [kind]);
  }
}

/** The `deploy:` of a service in the terms of one container. */
function spreadDeploy(service: Tree): void {
  const { resources, restart_policy: policy } = (service["deploy"] ?? {}) as {
    resources?: { limits?: Tree; reservations?: Tree };
    restart_policy?: { condition?: string; max_attempts?: number };
  };
  const { limits = {}, reservations = {} } = resources ?? {};
  const same = {
    mem_limit: limits["memory"],
    cpus: limits["cpus"],
    pids_limit: limits["pids"],
    gpus: reservations["devices"],
  };
  for (const [key, value] of Object.entries({ ...same, mem_reservation: reservations["memory"] })) {
    if (value !== undefined) service[key] ??= value;
  }
  for (const request of (service["gpus"] ?? []) as Tree[]) request["capabilities"] ??= ["gpu"];
  if (policy !== undefined) service["restart"] = restartOf(policy);
  if (service["restart"] === "no") delete service["restart"];
  drop(service, ["deploy", "scale"]);
}

function restartOf({ condition, max_attempts: attempts }: { condition?: string; max_attempts?: number }): string {
  if (condition === "none") return "no";
  if (condition !== "on-failure") return "always";
  return attempts === undefined ? condition : `${condition}:${attempts}`;
}

function dropExtensions(tree: Tree): void {
  drop(
    tree,
    Object.keys(tree).filter((key) => key.startsWith("x-")),
  );
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, ordered(inner)]),
  );
}
