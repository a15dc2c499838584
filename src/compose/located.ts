import type { Place } from "./diagnostics.ts";

/** A YAML tree in which everything knows its place. */
export type Located = Scalar | List | Mapping;

export interface Scalar {
  readonly kind: "scalar";
  /** "broken" has been reported already and is passed over in silence. */
  readonly type: "string" | "number" | "boolean" | "null" | "broken";
  /** As Compose would print it: `012` is "10", `1.0` is "1". */
  readonly text: string;
  readonly at: Place;
  readonly mark?: Mark;
}

export interface List {
  readonly kind: "list";
  readonly items: readonly Located[];
  readonly at: Place;
  readonly mark?: Mark;
}

export interface Mapping {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, Entry>;
  readonly at: Place;
  readonly mark?: Mark;
}

export interface Entry {
  readonly key: string;
  /** The key's place. */
  readonly at: Place;
  readonly value: Located;
}

/** Compose's tags `!reset` and `!override`, for files that are merged. */
export type Mark = "reset" | "override";

export const isNull = (node: Located): boolean => node.kind === "scalar" && node.type === "null";

export const isBroken = (node: Located): boolean => node.kind === "scalar" && node.type === "broken";

/** The tree as plain JavaScript values. */
export const toPlain = (node: Located): unknown => {
  if (node.kind === "list") return node.items.map(toPlain);
  if (node.kind === "map")
    return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toPlain(entry.value)]));
  if (node.type === "null" || node.type === "broken") return null;
  if (node.type === "number") return Number(node.text);
  return node.type === "boolean" ? node.text === "true" : node.text;
};
