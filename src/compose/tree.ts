import { interpolate, type Lookup } from "../platform/interpolate.ts";
import type { Position, Report } from "./diagnostics.ts";

/** A YAML tree in which every node has its position in the file. */
export type Located = Scalar | List | Mapping;

export interface Scalar {
  readonly kind: "scalar";
  /** "broken" has been reported already and is passed over in silence. */
  readonly type: "string" | "number" | "boolean" | "null" | "broken";
  /** As Compose would print it: `012` is "10", `1.0` is "1". */
  readonly text: string;
  readonly at: Position;
  readonly mark?: Mark;
}

export interface List {
  readonly kind: "list";
  readonly items: readonly Located[];
  readonly at: Position;
  readonly mark?: Mark;
}

export interface Mapping {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, Entry>;
  readonly at: Position;
  readonly mark?: Mark;
}

export interface Entry {
  readonly key: string;
  /** The key's place. */
  readonly at: Position;
  readonly value: Located;
}

/** Compose's tags `!reset` and `!override`, for files that are merged. */
export type Mark = "reset" | "override";

export interface Interpolation {
  readonly lookup: Lookup;
  readonly report: Report;
  /** Variables that were warned about already: once each is enough. */
  readonly warned: Set<string>;
}

export function isNull(node: Located): boolean {
  return node.kind === "scalar" && node.type === "null";
}

export function isBroken(node: Located): boolean {
  return node.kind === "scalar" && node.type === "broken";
}

/** The tree as plain JavaScript values. */
export function toPlain(node: Located): unknown {
  if (node.kind === "list") return node.items.map(toPlain);
  if (node.kind === "map")
    return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toPlain(entry.value)]));
  if (node.type === "null" || node.type === "broken") return null;
  if (node.type === "number") return Number(node.text);
  return node.type === "boolean" ? node.text === "true" : node.text;
}

export function interpolateMapping(node: Mapping, interpolation: Interpolation): Mapping {
  const entries = new Map<string, Entry>();
  for (const [key, entry] of node.entries) {
    entries.set(key, { ...entry, value: interpolateTree(entry.value, interpolation) });
  }
  return { ...node, entries };
}

/** Replaces the variables in every value, not in keys. A text stays a text: `"${PORT}"` never becomes a number. */
export function interpolateTree(node: Located, interpolation: Interpolation): Located {
  if (node.kind === "scalar") return interpolateScalar(node, interpolation);
  if (node.kind === "map") return interpolateMapping(node, interpolation);
  return { ...node, items: node.items.map((item) => interpolateTree(item, interpolation)) };
}

function interpolateScalar(node: Scalar, { lookup, report, warned }: Interpolation): Scalar {
  if (node.type !== "string" || !node.text.includes("$")) return node;
  const result = interpolate(node.text, lookup);
  if ("problem" in result) {
    report.error(node.at, result.problem);
    return { ...node, type: "broken" };
  }
  for (const name of result.unset.filter((variable) => !warned.has(variable))) {
    warned.add(name);
    report.warning(node.at, `${name} is not set: an empty text is put in its place`);
  }
  return { ...node, text: result.value };
}
