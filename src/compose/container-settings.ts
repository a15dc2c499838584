import type { ContainerSettings } from "../model/container.ts";
import type { Report } from "./diagnostics.ts";
import {
  checkKeys,
  type Field,
  present,
  readBoolean,
  readBytes,
  readInteger,
  readItems,
  readKey,
  readLabels,
  readMapping,
  readNumber,
  readOptionalKey,
  readText,
  readTextOrTexts,
  readTexts,
  readWord,
} from "./fields.ts";
import { type Resources, readDeviceRequest, readResources } from "./resource-limits.ts";
import { supported } from "./supported.ts";
import { type Entry, isNull, type Mapping } from "./tree.ts";

type Reader<Value> = (field: Field) => Value | undefined;

/**
 * The settings that a service asks of the engine for its container. `deploy.resources` counts where the service's own
 * keys (such as `mem_limit`) are absent.
 */
export function readSettings(service: Mapping, report: Report): ContainerSettings {
  const read = <Value>(key: string, reader: Reader<Value>): Value | undefined => readKey(service, key, report, reader);
  // An empty text, often an empty variable, counts as nothing.
  const text = (key: string): string | undefined => read(key, readText) || undefined;
  const texts = (key: string): readonly string[] | undefined => some(read(key, readDistinct));
  const limits = readResources(service, report);
  return present({
    ...memory(service, report, limits),
    ...processors(service, report, limits),
    gpus: read("gpus", readGpus) ?? limits.devices,
    capAdd: texts("cap_add"),
    capDrop: texts("cap_drop"),
    securityOpt: texts("security_opt"),
    groupAdd: some(read("group_add", readWords)),
    sysctls: read("sysctls", readLabels),
    ulimits: read("ulimits", readUlimits),
    devices: read("devices", readDevices),
    deviceCgroupRules: texts("device_cgroup_rules"),
    storageOpt: read("storage_opt", readLabels),
    extraHosts: read("extra_hosts", readExtraHosts),
    dns: some(read("dns", readFilled)),
    dnsSearch: some(read("dns_search", readFilled)),
    dnsOpt: texts("dns_opt"),
    links: some(read("links", readLinks)),
    volumesFrom: texts("volumes_from"),
    logging: read("logging", readLogging),
    ...Object.fromEntries(Object.entries(words).map(([name, key]) => [name, text(key)])),
  });
}

/** Settings that are a single text, each with its key in the Compose file. */
const words = {
  runtime: "runtime",
  usernsMode: "userns_mode",
  uts: "uts",
  cgroup: "cgroup",
  cgroupParent: "cgroup_parent",
  domainname: "domainname",
  macAddress: "mac_address",
  networkMode: "network_mode",
  ipc: "ipc",
  pid: "pid",
  cpuset: "cpuset",
} as const satisfies Partial<Record<keyof ContainerSettings, string>>;

function memory(service: Mapping, report: Report, limits: Resources): ContainerSettings {
  const bytes = (key: string): number | undefined => readKey(service, key, report, readLimit) || undefined;
  return present({
    memoryBytes: bytes("mem_limit") ?? limits.memory,
    memReservation: bytes("mem_reservation") ?? limits.reservedMemory,
    memswapLimit: bytes("memswap_limit"),
    memSwappiness: readKey(service, "mem_swappiness", report, readInteger),
    shmBytes: readKey(service, "shm_size", report, readBytes),
    oomKillDisable: readKey(service, "oom_kill_disable", report, readBoolean),
    oomScoreAdj: readKey(service, "oom_score_adj", report, readNumber),
  });
}

function processors(service: Mapping, report: Report, limits: Resources): ContainerSettings {
  const number = (key: string): number | undefined => readKey(service, key, report, readNumber) || undefined;
  return present({
    cpus: number("cpus") ?? limits.cpus,
    cpuShares: number("cpu_shares"),
    cpuPeriod: readKey(service, "cpu_period", report, readMicroseconds),
    cpuQuota: readKey(service, "cpu_quota", report, readMicroseconds),
    pidsLimit: number("pids_limit") ?? limits.pids,
  });
}

function some<Item>(items: readonly Item[] | undefined): readonly Item[] | undefined {
  return items === undefined || items.length === 0 ? undefined : items;
}

function readDistinct(field: Field): readonly string[] {
  return [...new Set(readTexts(field))];
}

function readWords(field: Field): readonly string[] {
  return [...new Set(readItems(field).flatMap((node) => readWord({ ...field, node }) ?? []))];
}

function readFilled(field: Field): readonly string[] {
  return readTextOrTexts(field).filter((text) => text !== "");
}

/** A size in bytes; -1 removes the limit. */
function readLimit(field: Field): number | undefined {
  return field.node.kind === "scalar" && field.node.text === "-1" ? -1 : readBytes(field);
}

/** Microseconds, as a number or a duration. */
function readMicroseconds(field: Field): number | undefined {
  const { node } = field;
  const match = node.kind === "scalar" ? /^(\d+(?:\.\d+)?)(us|ms|s)?$/.exec(node.text) : null;
  if (match === null) return readNumber(field);
  const unit = { us: 1, ms: 1_000, s: 1_000_000 }[match[2] ?? "us"] ?? 1;
  return Math.round(Number(match[1]) * unit);
}

export function readUlimits(field: Field): ContainerSettings["ulimits"] {
  const entries = [...(readMapping(field)?.entries.values() ?? [])];
  const limits = entries.map((entry) => [entry.key, readUlimit(entry, field.report)] as const);
  return Object.fromEntries(limits.flatMap(([name, limit]) => (limit === undefined ? [] : [[name, limit]])));
}

function readUlimit({ key, value: node }: Entry, report: Report) {
  if (node.kind !== "map") {
    const both = readNumber({ name: key, node, report });
    return both === undefined ? undefined : { soft: both, hard: both };
  }
  checkKeys(node, supported.ulimit, report);
  const [soft, hard] = ["soft", "hard"].map((side) => readKey(node, side, report, readNumber));
  if (soft !== undefined && hard !== undefined) return { soft, hard };
  if (!node.entries.has("soft") || !node.entries.has("hard")) {
    report.error(node.at, `"${key}" needs a number, or "soft" and "hard"`);
  }
  return undefined;
}

function readDevices(field: Field): ContainerSettings["devices"] {
  return some(
    readTexts(field).map((text) => {
      const [source = "", target = source, permissions = "rwm"] = text.split(":");
      return { source, target, permissions };
    }),
  );
}

function readGpus(field: Field): ContainerSettings["gpus"] {
  if (field.node.kind !== "list") {
    if (readText(field) === "all") return [{ count: -1, capabilities: ["gpu"] }];
    field.report.error(field.node.at, '"gpus" needs "all" or a list');
    return undefined;
  }
  return field.node.items.flatMap((node) => readDeviceRequest({ ...field, node }, ["gpu"]) ?? []);
}

/** Entries `host:address`, one for each address of a host, as the engine wants them. */
export function readExtraHosts(field: Field): readonly string[] {
  const pairs =
    field.node.kind === "map"
      ? [...field.node.entries.values()].flatMap(({ key, value }) => readAddresses(key, { ...field, node: value }))
      : readItems(field).flatMap((node) => readExtraHost({ ...field, node }));
  return [...new Set(pairs)];
}

function readAddresses(host: string, field: Field): readonly string[] {
  const addresses = field.node.kind === "list" ? readTexts(field) : [readText(field) ?? ""];
  return addresses.flatMap((text) => text.split(",")).map((address) => `${host}:${unbracketed(address.trim())}`);
}

/** `host=address` or `host:address`; several addresses are separated by commas. */
function readExtraHost(field: Field): readonly string[] {
  const text = readText(field);
  if (text === undefined) return [];
  const match = /^([^=:]+)[=:](.+)$/.exec(text);
  if (match === null) field.report.error(field.node.at, `"${text}" has no address: host=address`);
  return (match?.[2] ?? "")
    .split(",")
    .flatMap((address) => (match === null ? [] : `${match[1]}:${unbracketed(address)}`));
}

function unbracketed(address: string): string {
  return address.replace(/^\[(.*)\]$/, "$1");
}

/** `service` or `service:alias`. */
function readLinks(field: Field): readonly string[] {
  return readDistinct(field).map((text) => (text.includes(":") ? text : `${text}:${text}`));
}

function readLogging(field: Field): ContainerSettings["logging"] {
  const mapping = readMapping(field);
  if (mapping === undefined) return undefined;
  checkKeys(mapping, supported.logging, field.report);
  const options = readOptionalKey(mapping, "options", field.report, readLogOptions) ?? {};
  const driver = readKey(mapping, "driver", field.report, readText);
  return driver === undefined && Object.keys(options).length === 0 ? undefined : { ...present({ driver }), options };
}

function readLogOptions(field: Field): Readonly<Record<string, string>> {
  const entries = [...(readMapping(field)?.entries.values() ?? [])].filter(({ value }) => !isNull(value));
  return Object.fromEntries(
    entries.map(({ key, value }) => [
      key,
      value.kind === "scalar" ? value.text : (readText({ ...field, node: value }) ?? ""),
    ]),
  );
}
