import { reachedAt } from "../model/address.ts";
import {
  type ContainerSpec,
  type PortSpec,
  type ReadinessSpec,
  type Role,
  readinessPath,
  tracingHealthPath,
} from "../model/stack.ts";
import { nearest } from "../platform/text.ts";
import type { Report } from "./diagnostics.ts";
import { type Field, readDuration, readInteger, readItems, readKey, readText, readTexts } from "./fields.ts";
import { isBroken, type Located, type Mapping } from "./tree.ts";

/** What is needed to read a service's `x-goat: { ready: … }`. */
interface Written {
  readonly ports: readonly PortSpec[];
  readonly report: Report;
}

type Kind = (mapping: Mapping, field: Field, written: Written) => ReadinessSpec | undefined;

const kinds: Readonly<Record<string, Kind>> = {
  http: readHttp,
  tcp: readTcp,
  exec: readExec,
  log: readLog,
  running: readRunning,
  exit: readExit,
  all: group("all"),
  any: group("any"),
};

/**
 * Reads `x-goat: { ready: … }`. The file names container ports; the result holds the host ports they are published on.
 */
export function readReady(node: Located, written: Written): ReadinessSpec | undefined {
  const { report } = written;
  const names = Object.keys(kinds);
  if (node.kind !== "map") {
    if (!isBroken(node)) report.error(node.at, `"ready" needs one of ${names.join(", ")}`);
    return undefined;
  }
  const chosen = [...node.entries.values()].filter((entry) => names.includes(entry.key));
  const [entry, second] = chosen;
  if (hasUnknownKeys(node, entry?.key, report)) return undefined;
  const kind = entry === undefined || second !== undefined ? undefined : kinds[entry.key];
  if (entry === undefined || kind === undefined) {
    report.error(node.at, `"ready" needs exactly one of ${names.join(", ")}; "all" and "any" join several`);
    return undefined;
  }
  return kind(node, { name: entry.key, node: entry.value, report }, written);
}

const extras: readonly string[] = ["port", "status"];

/** Reports the unknown keys of `ready`; true where there are any. */
function hasUnknownKeys(node: Mapping, chosen: string | undefined, report: Report): boolean {
  const isExtra = chosen === undefined || chosen === "http";
  const known = [...Object.keys(kinds), ...(isExtra ? extras : [])];
  const unknown = [...node.entries.values()].filter(({ key }) => !known.includes(key));
  for (const { key, at } of unknown) {
    const near = nearest(key, known);
    report.error(at, `unknown key "${key}" in "ready"${near === undefined ? "" : `: did you mean "${near}"?`}`);
  }
  return unknown.length > 0;
}

/** What the readiness check of a service depends on when the file sets none. */
interface ReadyQuestion {
  readonly role: Role;
  readonly ports: readonly PortSpec[];
  readonly environment: Readonly<Record<string, string>>;
  readonly spec: ContainerSpec;
  /** Another service waits for its completion. */
  readonly mustComplete: boolean;
}

/** The readiness check of a service for which the file sets none, chosen by its role. */
export function defaultReady(question: ReadyQuestion): ReadinessSpec {
  const { role, ports, environment } = question;
  if (role === "other") return otherReady(question);
  const usual = { database: 5432, tracing: 3000, gateway: 4000 }[role];
  const at = published(ports, usual) ?? (role === "database" ? undefined : onlyPublished(ports));
  if (at === undefined) return withoutPort(question);
  if (role === "database") return databaseReady(environment, at);
  if (role === "tracing") {
    return { ...get(at, tracingHealthPath), hopeless: knownSecret };
  }
  const readiness = get(at, readinessPath);
  // Without its database LiteLLM answers, but keeps no keys and enforces no budgets.
  const says = (environment["DATABASE_URL"] ?? "") === "" ? {} : { says: { field: "db", value: "connected" } };
  return { kind: "all", of: [get(at, "/health/liveliness"), { ...readiness, ...says }] };
}

function otherReady(question: ReadyQuestion): ReadinessSpec {
  const at = firstPublished(question.ports);
  if (at === undefined) return withoutPort(question);
  return hasHealthCheck(question.spec) ? { kind: "engine-health" } : { kind: "tcp", ...at };
}

/** Where this machine reaches a container's port. */
interface Reachable {
  readonly host: string;
  readonly port: number;
}

function firstPublished(ports: readonly PortSpec[]): Reachable | undefined {
  return ports.flatMap(reachable)[0];
}

function reachable(port: PortSpec): readonly Reachable[] {
  return port.protocol === "tcp" && port.host !== null ? [{ host: reachedAt(port.hostIp), port: port.host }] : [];
}

function withoutPort({ spec, mustComplete, ports }: ReadyQuestion): ReadinessSpec {
  if (mustComplete && spec.restart.name === "no" && ports.length === 0) return { kind: "exit", code: 0 };
  const own = ownCheck(spec);
  if (own !== undefined) return own;
  return hasHealthCheck(spec) ? { kind: "engine-health" } : { kind: "running", forMs: steadyMs(spec) };
}

/** The command of the file's health check, for goat-dev to run itself; undefined where the file has no such command. */
export function ownCheck(spec: ContainerSpec): ReadinessSpec | undefined {
  const check = spec.healthCheck;
  if (check === undefined || check.disabled || check.test === undefined) return undefined;
  const [kind, ...words] = check.test;
  if (words.length === 0 || (kind !== "CMD" && kind !== "CMD-SHELL")) return undefined;
  const command = kind === "CMD" ? words : ["/bin/sh", "-c", words.join(" ")];
  return { kind: "exec", command, ...(check.timeoutMs === undefined ? {} : { limitMs: check.timeoutMs }) };
}

function hasHealthCheck(spec: ContainerSpec): boolean {
  return spec.healthCheck?.disabled === false;
}

/**
 * How long a service has to keep running to count as ready. With a restart policy it is longer, since a container in a
 * crash loop looks healthy between two crashes.
 */
function steadyMs(spec: ContainerSpec): number {
  return spec.restart.name === "no" ? 1_000 : 3_000;
}

/**
 * Where a container's TCP port is published; undefined where it is not, or where the engine will choose the host port.
 */
function published(ports: readonly PortSpec[], container: number): Reachable | undefined {
  return ports.filter((port) => port.container === container).flatMap(reachable)[0];
}

/** The service's only published tcp port. */
function onlyPublished(ports: readonly PortSpec[]): Reachable | undefined {
  const all = ports.flatMap(reachable);
  return all.length === 1 ? all[0] : undefined;
}

function databaseReady(environment: Readonly<Record<string, string>>, at: Reachable): ReadinessSpec {
  const user = environment["POSTGRES_USER"] || "postgres";
  const password = environment["POSTGRES_PASSWORD"] ?? "";
  return { kind: "postgres", ...at, user, password, database: environment["POSTGRES_DB"] || user };
}

/**
 * If Langfuse's database already has the secret key with another public key, Langfuse cannot create the project's new
 * public key and answers 500 for ever.
 */
const knownSecret = { status: 500, log: "fast_hashed_secret_key", reason: "known-secret" } as const;

function get(at: Reachable, path: string) {
  return { kind: "http", ...at, path, status: 200 } as const;
}

/** How long a service may take, unless the file says otherwise. */
export function defaultTimeoutMs(role: Role): number {
  return { database: 60_000, tracing: 120_000, gateway: 180_000, other: 120_000 }[role];
}

function reach(container: number | undefined, field: Field, { ports }: Written): Reachable | undefined {
  const at = container === undefined ? onlyPublished(ports) : published(ports, container);
  if (at !== undefined) return at;
  const problem =
    container === undefined
      ? 'needs a "port": the service does not publish exactly one'
      : `port ${container} is not published`;
  field.report.error(field.node.at, `"${field.name}": ${problem}`);
  return undefined;
}

function readHttp(mapping: Mapping, field: Field, written: Written): ReadinessSpec | undefined {
  const path = readText(field);
  const port = readKey(mapping, "port", written.report, (inner) => readInteger(inner, 1));
  const status = readKey(mapping, "status", written.report, (inner) => readInteger(inner, 100)) ?? 200;
  const at = reach(port, field, written);
  if (path === undefined || at === undefined) return undefined;
  return { kind: "http", ...at, path: path.startsWith("/") ? path : `/${path}`, status };
}

function readTcp(_mapping: Mapping, field: Field, written: Written): ReadinessSpec | undefined {
  const port = readInteger(field, 1);
  const at = port === undefined ? undefined : reach(port, field, written);
  return at === undefined ? undefined : { kind: "tcp", ...at };
}

function readExec(_mapping: Mapping, field: Field): ReadinessSpec | undefined {
  const text = field.node.kind === "scalar" ? readText(field) : undefined;
  if (text !== undefined) return { kind: "exec", command: ["/bin/sh", "-c", text] };
  const command = readTexts(field);
  return command.length === 0 ? undefined : { kind: "exec", command };
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

function readLog(_mapping: Mapping, field: Field): ReadinessSpec | undefined {
  const pattern = readText(field);
  if (pattern === undefined || isPattern(pattern)) return pattern === undefined ? undefined : { kind: "log", pattern };
  field.report.error(field.node.at, `"log": ${JSON.stringify(pattern)} is not a regular expression`);
  return undefined;
}

function readRunning(_mapping: Mapping, field: Field): ReadinessSpec | undefined {
  const forMs = readDuration(field);
  return forMs === undefined ? undefined : { kind: "running", forMs };
}

function readExit(_mapping: Mapping, field: Field): ReadinessSpec | undefined {
  const code = readInteger(field);
  return code === undefined ? undefined : { kind: "exit", code };
}

function group(kind: "all" | "any"): Kind {
  return (_mapping, field, written) => {
    const items = readItems(field);
    const of = items.flatMap((node) => readReady(node, written) ?? []);
    if (items.length === 0) field.report.error(field.node.at, `"${kind}" needs at least one question`);
    return of.length === 0 ? undefined : { kind, of };
  };
}
