import { type ContainerSettings, hostsOf } from "../model/container.ts";
import type {
  ContainerSpec,
  Dependency,
  HealthCheck,
  NetworkAttachment,
  PortSpec,
  RestartPolicy,
} from "../model/stack.ts";
import { readBuild } from "./build.ts";
import { readSettings } from "./container-settings.ts";
import { forPartThatIsOff, type Position, type Report } from "./diagnostics.ts";
import { readEnvironment } from "./environment.ts";
import {
  checkKeys,
  type Field,
  present,
  readBoolean,
  readCommand,
  readDuration,
  readInteger,
  readKey,
  readLabels,
  readMapping,
  readOneOf,
  readOptionalKey,
  readText,
  readTextOrTexts,
  readTexts,
} from "./fields.ts";
import { readFileMounts } from "./file-mounts.ts";
import { imageProblem } from "./formats/image.ts";
import { type PlacedMount, readMounts, readTmpfs } from "./mounts.ts";
import type { Scope } from "./scope.ts";
import { type Placed, readAttachments, readDependencies, readExpose, readPorts } from "./service-links.ts";
import { supported } from "./supported.ts";
import type { Entry, Mapping } from "./tree.ts";
import { type GoatBlock, readGoat } from "./x-goat.ts";

/** A service as it was read from the file, before it is checked against the other services. */
export interface ServiceDraft {
  readonly name: string;
  readonly at: Position;
  readonly profiles: readonly string[];
  readonly spec: ContainerSpec;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly PortSpec[];
  readonly mounts: readonly PlacedMount[];
  readonly attachments: readonly Placed<NetworkAttachment>[];
  readonly dependencies: readonly Placed<Dependency>[];
  readonly stopSignal: string | null;
  readonly stopGraceMs: number | null;
  readonly goat: GoatBlock;
}

/** One entry of `services:`; env files of a service that is switched off are not opened. */
export function readService(
  entry: Entry,
  isEnabled: (profiles: readonly string[]) => boolean,
  whole: Scope,
): ServiceDraft | undefined {
  const { key: name, at, value: node } = entry;
  const service = readMapping({ name, node, report: whole.report });
  if (service === undefined) return undefined;
  const profiles = readKey(service, "profiles", whole.report, readTexts) ?? [];
  const scope = isEnabled(profiles) ? whole : { ...whole, report: forPartThatIsOff(whole.report) };
  const { report } = scope;
  checkKeys(service, supported.service, report);
  const deployed = readDeploy(service, report);
  const container = readContainer(service, scope);
  const links = readLinks(service, at, container, scope);
  const { environment, unset } = readEnvironment(service, isEnabled(profiles), scope);
  const build = readKey(service, "build", report, (field) => readBuild(field, scope));
  const spec: ContainerSpec = {
    ...container,
    ...(build === undefined ? {} : { build }),
    ...(unset.length > 0 ? { unset } : {}),
    image: readImage(service, at, name, report),
    pullPolicy:
      readKey(service, "pull_policy", report, (field) => readPullPolicy(field, build !== undefined)) ?? "missing",
    mounts: links.mounts.map(({ mount }) => mount),
    networks: links.attachments.map(({ value }) => value),
    expose: readKey(service, "expose", report, readExpose) ?? [],
    labels: readKey(service, "labels", report, readLabels) ?? {},
    restart: deployed ?? readKey(service, "restart", report, readRestart) ?? { name: "no" },
  };
  return {
    ...links,
    name,
    at,
    profiles,
    spec,
    environment,
    ports: readKey(service, "ports", report, readPorts) ?? [],
    stopSignal: readKey(service, "stop_signal", report, readText) || null,
    stopGraceMs: readKey(service, "stop_grace_period", report, readDuration) ?? null,
    goat: readOptionalKey(service, "x-goat", report, readGoat) ?? {},
  };
}

/** The restart policy in `deploy:`, which takes precedence over `restart:`, as in Compose. */
function readDeploy(service: Mapping, report: Report): RestartPolicy | undefined {
  const deploy = readOptionalKey(service, "deploy", report, readMapping);
  if (deploy === undefined) return undefined;
  checkKeys(deploy, supported.deploy, report);
  const policy = readOptionalKey(deploy, "restart_policy", report, readMapping);
  if (policy === undefined) return undefined;
  checkKeys(policy, supported.restartPolicy, report);
  const condition = readKey(policy, "condition", report, (field) => readOneOf(field, ["none", "on-failure", "any"]));
  const attempts = readKey(policy, "max_attempts", report, readInteger);
  if (condition === "none") return { name: "no" };
  if (condition !== "on-failure") return { name: "always" };
  return { name: "on-failure", ...(attempts === undefined ? {} : { maxRetries: attempts }) };
}

/** What one entry of `services:` says about other parts of the file. */
function readLinks(service: Mapping, at: Position, container: ContainerSettings, scope: Scope) {
  const { report } = scope;
  const attachments = readKey(service, "networks", report, readAttachments) ?? [];
  const standard: Placed<NetworkAttachment> = { value: { network: "default", aliases: [] }, at };
  const isApart = container.networkMode !== undefined;
  if (isApart && attachments.length > 0) {
    report.error(at, '"network_mode" and "networks" cannot both be there');
  }
  const joined = attachments.length > 0 ? attachments : [standard];
  const written = readKey(service, "depends_on", report, readDependencies) ?? [];
  return {
    mounts: readAllMounts(service, scope),
    attachments: isApart ? [] : joined,
    dependencies: [...written, ...impliedDependencies(container, at, written)],
  };
}

/**
 * The dependencies that follow from sharing another service's namespaces or volumes, or from linking to it. Compose
 * adds the same.
 */
function impliedDependencies(
  container: ContainerSettings,
  at: Position,
  written: readonly Placed<Dependency>[],
): readonly Placed<Dependency>[] {
  const { volumesFrom: _volumes, ...lives } = container;
  const linked = (container.links ?? []).flatMap((link) => link.split(":")[0] ?? []);
  const restarting = [...hostsOf(lives), ...linked];
  const names = [...new Set([...restarting, ...hostsOf(container)])];
  return names
    .filter((name) => !written.some(({ value }) => value.service === name))
    .map((service) => ({
      value: { service, until: "started", restart: restarting.includes(service), required: true },
      at,
    }));
}

function readAllMounts(service: Mapping, scope: Scope): readonly PlacedMount[] {
  const mounts = readKey(service, "volumes", scope.report, (field) => readMounts(field, scope)) ?? [];
  const tmpfs = readKey(service, "tmpfs", scope.report, (field) => readTmpfsMounts(field, scope)) ?? [];
  return [...mounts, ...tmpfs, ...readFileMounts(service, scope)];
}

function readTmpfsMounts(field: Field, scope: Scope): readonly PlacedMount[] {
  return readTextOrTexts(field).flatMap((text) => {
    const mount = readTmpfs(text, field.node.at, scope);
    return mount === undefined ? [] : [{ mount, at: field.node.at }];
  });
}

function readContainer(service: Mapping, scope: Scope): Partial<ContainerSpec> {
  const { report } = scope;
  // An empty text, often an empty variable, counts as nothing.
  const text = (key: string): string | undefined => readKey(service, key, report, readText) || undefined;
  const flag = (key: string): boolean | undefined => readKey(service, key, report, readBoolean);
  return present({
    ...readSettings(service, report),
    platform: text("platform"),
    command: readOptionalKey(service, "command", report, readCommand),
    entrypoint: readOptionalKey(service, "entrypoint", report, readCommand),
    containerName: text("container_name"),
    hostname: text("hostname"),
    user: text("user"),
    workingDir: text("working_dir"),
    init: flag("init"),
    tty: flag("tty"),
    stdinOpen: flag("stdin_open"),
    privileged: flag("privileged"),
    readOnly: flag("read_only"),
    healthCheck: readKey(service, "healthcheck", report, readHealthCheck),
  });
}

function readHealthCheck(field: Field): HealthCheck | undefined {
  const { report } = field;
  const mapping = readMapping(field);
  if (mapping === undefined) return undefined;
  checkKeys(mapping, supported.healthcheck, report);
  const duration = (key: string): number | undefined => readKey(mapping, key, report, readDuration);
  const test = readKey(mapping, "test", report, readTest);
  const parts = {
    test: test?.length === 0 ? undefined : test,
    intervalMs: duration("interval"),
    timeoutMs: duration("timeout"),
    startPeriodMs: duration("start_period"),
    startIntervalMs: duration("start_interval"),
    retries: readKey(mapping, "retries", report, readInteger),
  };
  const disabled = readKey(mapping, "disable", report, readBoolean) === true;
  return disabled || test?.[0] === "NONE" ? { disabled: true } : { disabled: false, ...present(parts) };
}

const kinds = ["NONE", "CMD", "CMD-SHELL"];

function readTest(field: Field): readonly string[] | undefined {
  if (field.node.kind !== "list") {
    const text = readText(field);
    return text === undefined ? undefined : ["CMD-SHELL", text];
  }
  const test = readTexts(field);
  if (test[0] === undefined || kinds.includes(test[0])) return test;
  field.report.error(field.node.at, '"test" has to start with CMD, CMD-SHELL or NONE');
  return undefined;
}

function readImage(service: Mapping, at: Position, name: string, report: Report): string {
  const image = readKey(service, "image", report, readImageName);
  // An image that is built needs no name in the file; and a mistake in `image` has already been reported.
  const isTold = service.entries.has("build") || (image === undefined && service.entries.has("image"));
  if (!image && !isTold) report.error(at, `"${name}" needs an image`);
  return image ?? "";
}

function readImageName(field: Field): string | undefined {
  const image = readText(field);
  const problem = image ? imageProblem(image) : undefined;
  if (problem !== undefined) field.report.error(field.node.at, problem);
  return image;
}

const pullPolicies = ["always", "never", "missing", "if_not_present", "build", "daily", "weekly"] as const;

function readPullPolicy(field: Field, isBuilt: boolean): ContainerSpec["pullPolicy"] | undefined {
  const policy = readOneOf(field, pullPolicies);
  if (policy === "always" || policy === "never" || (policy === "build" && isBuilt)) return policy;
  if (policy === "build" || policy === "daily" || policy === "weekly") {
    field.report.error(field.node.at, `"pull_policy: ${policy}" is not supported: write missing, always or never`);
  }
  return policy === undefined ? undefined : "missing";
}

function readRestart(field: Field): RestartPolicy | undefined {
  const { node, report } = field;
  const text = node.kind === "scalar" && node.type === "string" ? node.text : undefined;
  if (text === "no" || text === "") return { name: "no" };
  if (text === "always" || text === "unless-stopped" || text === "on-failure") return { name: text };
  const retries = /^on-failure:(\d+)$/.exec(text ?? "")?.[1];
  if (retries !== undefined) return { name: "on-failure", maxRetries: Number(retries) };
  report.error(node.at, `"${field.name}" needs one of no, always, on-failure, on-failure:3, unless-stopped`);
  return undefined;
}
