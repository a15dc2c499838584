import { dirname, join, resolve } from "node:path";
import { readEnvText } from "../platform/env-text.ts";
import type { Position, Report } from "./diagnostics.ts";
import { type Model, resolveExtends } from "./extends.ts";
import { type Field, readItems, readKey, readMapping, readText, readTextOrTexts } from "./fields.ts";
import { mergeFiles } from "./merge-files.ts";
import { readDocuments } from "./read-yaml.ts";
import { rebaseFile } from "./rebase.ts";
import { displayPath, lookupIn, type Scope } from "./scope.ts";
import { type Entry, type Interpolation, interpolateMapping, type Located, type Mapping, toPlain } from "./tree.ts";

/** Merges the files, with everything that they extend and include, into one; undefined where there are no files. */
export function readModel(trees: readonly Mapping[], scope: Scope, interpolation: Interpolation): Whole | undefined {
  const missed: Position[] = [];
  const file = build(trees, { ...scope, missed }, interpolation, []);
  return file && { file, isWhole: missed.length === 0 };
}

interface Whole {
  readonly file: Mapping;
  /**
   * False where an included file could not be read. What that file would have declared is then not reported as missing.
   */
  readonly isWhole: boolean;
}

interface Including extends Scope {
  /** Where the includes are written that could not be read. */
  readonly missed: Position[];
}

function build(
  trees: readonly Mapping[],
  scope: Including,
  interpolation: Interpolation,
  path: readonly string[],
): Mapping | undefined {
  const read: Model["read"] = (file, at) =>
    readTrees(file, at, scope).map((tree) => interpolateMapping(tree, interpolation));
  const model: Model = { ...scope, read };
  for (const tree of trees) checkRepeats(tree, scope.report);
  const merged = mergeFiles(
    trees.map((tree) => resolveExtends(interpolateMapping(tree, interpolation), model)),
    scope.report,
  );
  const include = merged?.entries.get("include");
  if (merged === undefined || include === undefined) return merged;
  const own = { ...merged, entries: new Map([...merged.entries].filter(([key]) => key !== "include")) };
  const items = readItems({ name: "include", node: include.value, report: scope.report });
  return items.reduce<Mapping>((file, node) => {
    const part = readIncluded({ name: "include", node, report: scope.report }, scope, interpolation, path);
    if (part === undefined) scope.missed.push(node.at);
    return part === undefined ? file : importInto(file, part, scope.report);
  }, own);
}

/** The documents of a file, variables still in them. */
function readTrees(file: string, at: Position, scope: Scope): readonly Mapping[] {
  const shown = displayPath(file, scope.root);
  const found = scope.readFile(file);
  if (found.state === "text") return readDocuments(found.text, shown, scope.report);
  scope.report.error(at, found.state === "missing" ? `there is no ${shown}` : `${shown} ${found.why}`);
  return [];
}

function readIncluded(
  field: Field,
  scope: Including,
  interpolation: Interpolation,
  path: readonly string[],
): Mapping | undefined {
  const { node, report } = field;
  const mapping = node.kind === "map" ? readMapping(field) : undefined;
  const files = mapping ? readKey(mapping, "path", report, readTextOrTexts) : [readText(field) ?? ""];
  const paths = (files ?? []).filter((file) => file !== "").map((file) => resolve(scope.workingDir, file));
  const [first] = paths;
  if (first === undefined) {
    if (mapping !== undefined && !mapping.entries.has("path")) report.error(node.at, '"include" needs a "path"');
    return undefined;
  }
  if (path.includes(first)) {
    report.error(node.at, `${displayPath(first, scope.root)} includes itself`);
    return undefined;
  }
  const folder = mapping && readKey(mapping, "project_directory", report, readText);
  const workingDir = folder === undefined ? dirname(first) : resolve(scope.workingDir, folder);
  const written = mapping && readKey(mapping, "env_file", report, readTextOrTexts);
  const envFiles = written?.map((file) => resolve(scope.workingDir, file)) ?? [join(workingDir, ".env")];
  const variables = withEnvFiles(envFiles, written !== undefined, node.at, scope);
  const inner = { ...scope, workingDir, variables };
  const lookup = { ...interpolation, lookup: lookupIn(variables) };
  const trees = paths.flatMap((file) => readTrees(file, node.at, inner));
  const part = build(trees, inner, lookup, [...path, first]);
  return part && rebaseFile(part, workingDir);
}

/** Adds variables of an include's env files; those of the including project take precedence. */
function withEnvFiles(files: readonly string[], areAskedFor: boolean, at: Position, scope: Scope): Scope["variables"] {
  let variables = scope.variables;
  for (const file of files) {
    const found = scope.readFile(file);
    const shown = displayPath(file, scope.root);
    if (found.state === "text") {
      const { variables: own, mistakes } = readEnvText(found.text, lookupIn(variables));
      for (const { line, message } of mistakes) scope.report.error({ file: shown, line, column: 1 }, message);
      variables = { ...own, ...variables };
    } else if (areAskedFor) {
      scope.report.error(at, found.state === "missing" ? `there is no ${shown}` : `${shown} ${found.why}`);
    }
  }
  return variables;
}

const sections = ["services", "networks", "volumes", "secrets", "configs"];

/**
 * Adds the services, networks, volumes, secrets and configs of an included file. What both files define under one name
 * must be equal, as in Compose.
 */
function importInto(file: Mapping, part: Mapping, report: Report): Mapping {
  const entries = new Map(file.entries);
  for (const section of sections) {
    const [own, included] = [file.entries.get(section), part.entries.get(section)];
    if (included?.value.kind !== "map") continue;
    if (own?.value.kind !== "map") entries.set(section, included);
    else entries.set(section, { ...own, value: joined(own.value, included.value.entries, section, report) });
  }
  return { ...file, entries };
}

function joined(own: Mapping, included: ReadonlyMap<string, Entry>, section: string, report: Report): Mapping {
  const entries = new Map(own.entries);
  for (const [name, entry] of included) {
    const before = entries.get(name);
    if (before === undefined) entries.set(name, entry);
    else if (JSON.stringify(toPlain(before.value)) !== JSON.stringify(toPlain(entry.value))) {
      report.error(
        entry.at,
        `"${name}" under "${section}" is in ${before.at.file}:${before.at.line} too, with another definition: make both the same, or rename one`,
      );
    }
  }
  return { ...own, entries };
}

/** Lists in which Compose refuses to have an item twice; in all others it accepts that. */
const lists = "depends_on device_cgroup_rules extra_hosts group_add networks security_opt volumes_from".split(" ");

/**
 * Reports list items that one file repeats. Several files, or a service and the one it extends, may have the same item.
 */
function checkRepeats(file: Mapping, report: Report): void {
  const services = file.entries.get("services")?.value;
  if (services?.kind !== "map") return;
  for (const { value } of services.entries.values()) {
    if (value.kind !== "map") continue;
    for (const key of lists) checkList(key, value.entries.get(key)?.value, report);
  }
}

function checkList(key: string, list: Located | undefined, report: Report): void {
  const seen = new Set<string>();
  for (const item of list?.kind === "list" ? list.items : []) {
    if (item.kind !== "scalar" || item.type === "broken") continue;
    if (seen.has(item.text)) report.error(item.at, `"${key}": "${item.text}" is there twice`);
    seen.add(item.text);
  }
}
