import type { Report } from "./diagnostics.ts";
import { type Entry, isBroken, isNull, type List, type Located, type Mapping, type Scalar } from "./tree.ts";

/** Later files over earlier ones, as `docker compose -f a -f b`; undefined without files. */
export function mergeFiles(files: readonly Mapping[], report: Report): Mapping | undefined {
  const [first, ...others] = files;
  if (first === undefined) return undefined;
  return dropReset(others.reduce((merged, file) => mergeMappings(merged, file, [], report), first));
}

/** Removes what is still marked `!reset` after the merge: it counts as absent. */
function dropReset(node: Mapping): Mapping {
  const entries = new Map<string, Entry>();
  for (const [key, entry] of node.entries) {
    if (entry.value.mark === "reset") continue;
    entries.set(key, entry.value.kind === "map" ? { ...entry, value: dropReset(entry.value) } : entry);
  }
  return { ...node, entries };
}

/** Merges one service over another, by the rules for two files. */
export function mergeServices(base: Mapping, over: Mapping, name: string, report: Report): Mapping {
  return mergeMappings(base, over, ["services", name], report);
}

function mergeMappings(left: Mapping, right: Mapping, path: readonly string[], report: Report): Mapping {
  const entries = new Map(left.entries);
  for (const [key, entry] of right.entries) {
    const before = entries.get(key);
    if (entry.value.mark === "reset") entries.delete(key);
    else if (before === undefined) entries.set(key, entry);
    else entries.set(key, { ...before, value: mergeValues(before.value, entry.value, [...path, key], report) });
  }
  return { ...right, entries };
}

function mergeValues(left: Located, right: Located, path: readonly string[], report: Report): Located {
  if (right.mark === "override" || ruleFor(path) === "replace") return right;
  const base = normalize(left, path);
  const over = normalize(right, path);
  if (isBroken(over) || (isNull(over) && !isPair(path))) return base;
  if (isNull(base) || isBroken(base)) return over;
  if (base.kind === "map" && over.kind === "map") return mergeMappings(base, over, path, report);
  if (base.kind === "list" && over.kind === "list") return { ...over, items: [...base.items, ...over.items] };
  if (base.kind !== over.kind) {
    report.error(over.at, `"${path.at(-1)}" is of another kind here than in ${base.at.file}:${base.at.line}`);
  }
  return over;
}

/** How two values of a key are merged. A key without a rule is merged by the kind of its values. */
type Rule = "replace" | "pairs" | "names" | "append" | "context";

const serviceRules: Readonly<Record<string, Rule>> = {
  build: "context",
  command: "replace",
  entrypoint: "replace",
  environment: "pairs",
  labels: "pairs",
  depends_on: "names",
  networks: "names",
  env_file: "append",
  tmpfs: "append",
  extra_hosts: "append",
};

const buildRules: Readonly<Record<string, Rule>> = { args: "pairs", labels: "pairs", extra_hosts: "append" };

function ruleFor(path: readonly string[]): Rule | undefined {
  const [section, , key, inner] = path;
  if (section === "services" && key !== undefined) {
    if (path.length === 3 && Object.hasOwn(serviceRules, key)) return serviceRules[key];
    if (path.length === 4 && key === "build" && inner !== undefined) {
      return Object.hasOwn(buildRules, inner) ? buildRules[inner] : undefined;
    }
    return path.length === 4 && key === "healthcheck" && inner === "test" ? "replace" : undefined;
  }
  return path.length === 3 && key === "labels" ? "pairs" : undefined;
}

/** True for a variable or label. For these, `NAME:` without a value overrides an earlier value. */
function isPair(path: readonly string[]): boolean {
  return path.length > 1 && ruleFor(path.slice(0, -1)) === "pairs";
}

function normalize(node: Located, path: readonly string[]): Located {
  const rule = ruleFor(path);
  if (rule === "pairs") return asPairs(node);
  if (rule === "context") return asContext(node);
  if (rule === "names") return asNames(node, path[2] === "depends_on");
  return rule === "append" ? asList(node) : node;
}

/** `[A=1, B]` as `{A: 1, B: }`. */
function asPairs(node: Located): Located {
  if (node.kind !== "list") return node;
  const entries = new Map<string, Entry>();
  for (const item of node.items) {
    if (item.kind !== "scalar") return node;
    const equals = item.text.indexOf("=");
    const key = equals < 0 ? item.text : item.text.slice(0, equals);
    const value: Scalar = equals < 0 ? { ...item, type: "null", text: "" } : text(item.at, item.text.slice(equals + 1));
    entries.set(key, { key, at: item.at, value });
  }
  return { kind: "map", entries, at: node.at };
}

/** `./web` as `{ context: ./web }`. */
function asContext(node: Located): Located {
  if (node.kind !== "scalar" || node.type !== "string") return node;
  const context: Entry = { key: "context", at: node.at, value: node };
  return { kind: "map", entries: new Map([["context", context]]), at: node.at };
}

function text(at: Located["at"], value: string): Scalar {
  return { kind: "scalar", type: "string", text: value, at };
}

/** `[db]` as `{db: }`, or with Compose's default condition where it has to have one. */
function asNames(node: Located, needsCondition: boolean): Located {
  if (node.kind !== "list") return node;
  const entries = new Map<string, Entry>();
  for (const item of node.items) {
    if (item.kind !== "scalar") return node;
    const { at, text: key } = item;
    const condition: Entry = { key: "condition", at, value: text(at, "service_started") };
    const value: Located = needsCondition
      ? { kind: "map", entries: new Map([["condition", condition]]), at }
      : { kind: "scalar", type: "null", text: "", at };
    entries.set(key, { key, at, value });
  }
  return { kind: "map", entries, at: node.at };
}

function asList(node: Located): List {
  if (node.kind === "list") return node;
  if (node.kind === "scalar") return { kind: "list", items: isNull(node) ? [] : [node], at: node.at };
  const isPlain = [...node.entries.values()].every(({ value }) => value.kind === "scalar");
  const items = [...node.entries.values()].map(({ key, at, value }) =>
    text(at, `${key}=${value.kind === "scalar" ? value.text : ""}`),
  );
  return { kind: "list", items: isPlain ? items : [node], at: node.at };
}
