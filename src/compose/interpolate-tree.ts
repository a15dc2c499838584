import { interpolate, type Lookup } from "../platform/interpolate.ts";
import type { Report } from "./diagnostics.ts";
import type { Entry, Located, Mapping, Scalar } from "./located.ts";

export interface Interpolation {
  readonly lookup: Lookup;
  readonly report: Report;
  /** Variables that were warned about already: once each is enough. */
  readonly warned: Set<string>;
}

const interpolateScalar = (node: Scalar, { lookup, report, warned }: Interpolation): Scalar => {
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
};

export const interpolateMapping = (node: Mapping, interpolation: Interpolation): Mapping => {
  const entries = new Map<string, Entry>();
  for (const [key, entry] of node.entries) {
    entries.set(key, { ...entry, value: interpolateTree(entry.value, interpolation) });
  }
  return { ...node, entries };
};

/** Variables in every value; keys stay as they are. What was a text stays one: `"${PORT}"` is never a number. */
export const interpolateTree = (node: Located, interpolation: Interpolation): Located => {
  if (node.kind === "scalar") return interpolateScalar(node, interpolation);
  if (node.kind === "map") return interpolateMapping(node, interpolation);
  return { ...node, items: node.items.map((item) => interpolateTree(item, interpolation)) };
};
