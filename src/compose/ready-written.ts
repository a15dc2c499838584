import type { PortSpec, ReadinessSpec } from "../model/stack.ts";
import { nearest } from "../platform/text.ts";
import type { Report } from "./diagnostics.ts";
import { type Field, readDuration, readInteger, readItems, readText, readTexts } from "./fields.ts";
import { isBroken, type Located, type Mapping } from "./located.ts";
import { onlyPublished, published, type Reachable } from "./published.ts";
import { readKey } from "./scope.ts";

interface Context {
  readonly ports: readonly PortSpec[];
  readonly report: Report;
}

type Kind = (mapping: Mapping, field: Field, context: Context) => ReadinessSpec | undefined;

const reach = (container: number | undefined, field: Field, { ports }: Context): Reachable | undefined => {
  const at = container === undefined ? onlyPublished(ports) : published(ports, container);
  if (at !== undefined) return at;
  const problem =
    container === undefined
      ? 'needs a "port": the service does not publish exactly one'
      : `port ${container} is not published`;
  field.report.error(field.node.at, `"${field.name}": ${problem}`);
  return undefined;
};

const readHttp: Kind = (mapping, field, context) => {
  const path = readText(field);
  const port = readKey(mapping, "port", context.report, (inner) => readInteger(inner, 1));
  const status = readKey(mapping, "status", context.report, (inner) => readInteger(inner, 100)) ?? 200;
  const at = reach(port, field, context);
  if (path === undefined || at === undefined) return undefined;
  return { kind: "http", ...at, path: path.startsWith("/") ? path : `/${path}`, status };
};

const readTcp: Kind = (_mapping, field, context) => {
  const port = readInteger(field, 1);
  const at = port === undefined ? undefined : reach(port, field, context);
  return at === undefined ? undefined : { kind: "tcp", ...at };
};

const readExec: Kind = (_mapping, field) => {
  const text = field.node.kind === "scalar" ? readText(field) : undefined;
  if (text !== undefined) return { kind: "exec", command: ["/bin/sh", "-c", text] };
  const command = readTexts(field);
  return command.length === 0 ? undefined : { kind: "exec", command };
};

const isPattern = (text: string): boolean => {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
};

const readLog: Kind = (_mapping, field) => {
  const pattern = readText(field);
  if (pattern === undefined || isPattern(pattern)) return pattern === undefined ? undefined : { kind: "log", pattern };
  field.report.error(field.node.at, `"log": ${JSON.stringify(pattern)} is not a regular expression`);
  return undefined;
};

const readRunning: Kind = (_mapping, field) => {
  const forMs = readDuration(field);
  return forMs === undefined ? undefined : { kind: "running", forMs };
};

const readExit: Kind = (_mapping, field) => {
  const code = readInteger(field);
  return code === undefined ? undefined : { kind: "exit", code };
};

const group =
  (kind: "all" | "any"): Kind =>
  (_mapping, field, context) => {
    const items = readItems(field);
    const of = items.flatMap((node) => readReady(node, context) ?? []);
    if (items.length === 0) field.report.error(field.node.at, `"${kind}" needs at least one question`);
    return of.length === 0 ? undefined : { kind, of };
  };

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

const extras: readonly string[] = ["port", "status"];

/** Reports keys that mean nothing here; true where there are some. */
const hasUnknownKeys = (node: Mapping, chosen: string | undefined, report: Report): boolean => {
  const isExtra = chosen === undefined || chosen === "http";
  const known = [...Object.keys(kinds), ...(isExtra ? extras : [])];
  const unknown = [...node.entries.values()].filter(({ key }) => !known.includes(key));
  for (const { key, at } of unknown) {
    const near = nearest(key, known);
    report.error(at, `unknown key "${key}" in "ready"${near === undefined ? "" : `: did you mean "${near}"?`}`);
  }
  return unknown.length > 0;
};

/** `x-goat: { ready: … }`; its ports are the container's, in the result they are the host's. */
export const readReady = (node: Located, context: Context): ReadinessSpec | undefined => {
  const { report } = context;
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
  return kind(node, { name: entry.key, node: entry.value, report }, context);
};
