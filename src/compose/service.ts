import type { Dependency, DockerRecipe, NetworkAttachment, PortSpec } from "../model/stack.ts";
import { checkKeys } from "./check-keys.ts";
import type { Place } from "./diagnostics.ts";
import { readEnvironment } from "./environment.ts";
import {
  type Field,
  readBoolean,
  readBytes,
  readDuration,
  readLabels,
  readMapping,
  readOneOf,
  readText,
  readTextOrTexts,
  readTexts,
  readWord,
} from "./fields.ts";
import type { Entry, Mapping } from "./located.ts";
import { readKey, type Scope } from "./scope.ts";
import { present, readCommand, readHealthCheck, readRestart } from "./service-command.ts";
import { type Placed, readAttachments, readDependencies } from "./service-links.ts";
import { type PlacedMount, readMounts, readTmpfs } from "./service-mounts.ts";
import { readExpose, readPorts } from "./service-ports.ts";
import { supported } from "./supported.ts";
import { type GoatBlock, readGoat } from "./x-goat.ts";

/** A service as it was read, before it is held against the others. */
export interface ServiceDraft {
  readonly name: string;
  readonly at: Place;
  readonly profiles: readonly string[];
  readonly recipe: DockerRecipe;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly PortSpec[];
  readonly mounts: readonly PlacedMount[];
  readonly attachments: readonly Placed<NetworkAttachment>[];
  readonly dependencies: readonly Placed<Dependency>[];
  readonly stopSignal: string | null;
  readonly stopGraceMs: number | null;
  readonly goat: GoatBlock;
}

const pullPolicies = ["always", "never", "missing", "if_not_present", "build", "daily", "weekly"] as const;

const readPullPolicy = (field: Field): DockerRecipe["pullPolicy"] | undefined => {
  const policy = readOneOf(field, pullPolicies);
  if (policy === "always" || policy === "never") return policy;
  if (policy === "build" || policy === "daily" || policy === "weekly") {
    field.report.error(field.node.at, `"pull_policy: ${policy}" is not supported: write missing, always or never`);
  }
  return policy === undefined ? undefined : "missing";
};

const readExtraHosts = (field: Field): readonly string[] => {
  if (field.node.kind !== "map") {
    return readTexts(field).map((text) => text.replace(/^([^=:]+)[=:]\[?([^\]]*)\]?$/, "$1:$2"));
  }
  return Object.entries(readLabels(field)).map(([host, address]) => `${host}:${address}`);
};

const readTmpfsMounts = (field: Field, scope: Scope): readonly PlacedMount[] =>
  readTextOrTexts(field).flatMap((text) => {
    const mount = readTmpfs(text, field.node.at, scope);
    return mount === undefined ? [] : [{ mount, at: field.node.at }];
  });

type ContainerParts = Omit<
  DockerRecipe,
  "image" | "pullPolicy" | "mounts" | "networks" | "expose" | "labels" | "restart"
>;

const readContainer = (service: Mapping, scope: Scope): ContainerParts => {
  const { report } = scope;
  const text = (key: string): string | undefined => readKey(service, key, report, readText);
  const flag = (key: string): boolean | undefined => readKey(service, key, report, readBoolean);
  const texts = (key: string): readonly string[] | undefined => readKey(service, key, report, readTexts);
  return present({
    platform: text("platform"),
    command: readKey(service, "command", report, readCommand),
    entrypoint: readKey(service, "entrypoint", report, readCommand),
    containerName: text("container_name"),
    hostname: text("hostname"),
    user: readKey(service, "user", report, readWord),
    workingDir: text("working_dir"),
    init: flag("init"),
    tty: flag("tty"),
    stdinOpen: flag("stdin_open"),
    privileged: flag("privileged"),
    readOnly: flag("read_only"),
    capAdd: texts("cap_add"),
    capDrop: texts("cap_drop"),
    extraHosts: readKey(service, "extra_hosts", report, readExtraHosts),
    memoryBytes: readKey(service, "mem_limit", report, readBytes),
    shmBytes: readKey(service, "shm_size", report, readBytes),
    healthCheck: readKey(service, "healthcheck", report, readHealthCheck),
  });
};

const readAllMounts = (service: Mapping, scope: Scope): readonly PlacedMount[] => {
  const mounts = readKey(service, "volumes", scope.report, (field) => readMounts(field, scope)) ?? [];
  const tmpfs = readKey(service, "tmpfs", scope.report, (field) => readTmpfsMounts(field, scope)) ?? [];
  return [...mounts, ...tmpfs];
};

const defaultAttachment = (at: Place): readonly Placed<NetworkAttachment>[] => [
  { value: { network: "default", aliases: [] }, at },
];

/** One entry of `services:`; env files of a service that is switched off are not opened. */
export const readService = (entry: Entry, isEnabled: (profiles: readonly string[]) => boolean, scope: Scope) => {
  const { report } = scope;
  const service = readMapping({ name: entry.key, node: entry.value, report });
  if (service === undefined) return undefined;
  checkKeys(service, supported.service, report);
  const deploy = readKey(service, "deploy", report, readMapping);
  if (deploy !== undefined) checkKeys(deploy, supported.deploy, report);
  const image = readKey(service, "image", report, readText);
  const builds = service.entries.has("build") || service.entries.get("image")?.value.kind !== undefined;
  if (!builds || image === "") report.error(entry.at, `"${entry.key}" needs an image`);
  const profiles = readKey(service, "profiles", report, readTexts) ?? [];
  const mounts = readAllMounts(service, scope);
  const attachments = readKey(service, "networks", report, readAttachments) ?? [];
  const used = attachments.length > 0 ? attachments : defaultAttachment(entry.at);
  const draft: ServiceDraft = {
    name: entry.key,
    at: entry.at,
    profiles,
    recipe: {
      ...readContainer(service, scope),
      image: image ?? "",
      pullPolicy: readKey(service, "pull_policy", report, readPullPolicy) ?? "missing",
      mounts: mounts.map(({ mount }) => mount),
      networks: used.map(({ value }) => value),
      expose: readKey(service, "expose", report, readExpose) ?? [],
      labels: readKey(service, "labels", report, readLabels) ?? {},
      restart: readKey(service, "restart", report, readRestart) ?? { name: "no" },
    },
    environment: readEnvironment(service, isEnabled(profiles), scope),
    ports: readKey(service, "ports", report, readPorts) ?? [],
    mounts,
    attachments: used,
    dependencies: readKey(service, "depends_on", report, readDependencies) ?? [],
    stopSignal: readKey(service, "stop_signal", report, readText) ?? null,
    stopGraceMs: readKey(service, "stop_grace_period", report, readDuration) ?? null,
    goat: readKey(service, "x-goat", report, readGoat) ?? {},
  };
  return draft;
};
