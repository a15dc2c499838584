import { join, relative, resolve } from "node:path";
import type { Lookup } from "../platform/interpolate.ts";
import type { TextFile } from "../platform/text-file.ts";
import type { Place, Report } from "./diagnostics.ts";
import type { Field } from "./fields.ts";
import { type Entry, isBroken, isNull, type Mapping } from "./located.ts";

/** What every part of the loader needs. */
export interface Scope {
  readonly report: Report;
  readonly readFile: (path: string) => TextFile;
  readonly variables: Readonly<Record<string, string>>;
  /** Relative paths in the file start here. */
  readonly workingDir: string;
  /** Paths are shown relative to this. */
  readonly root: string;
}

/** As a user would say it: relative to the project's root where it is inside. */
export const displayPath = (path: string, root: string): string => {
  const inside = relative(root, path);
  return inside === "" || inside.startsWith("..") || inside.startsWith("/") ? path : inside;
};

/** True where the path is the folder or below it. */
export const isInside = (path: string, folder: string): boolean => {
  const inside = relative(folder, path);
  return !(inside === ".." || inside.startsWith("../") || inside.startsWith("/"));
};

/** A path of the Compose file, made absolute; `~` is the home folder. */
export const resolvePath = (path: string, at: Place, scope: Scope): string => {
  if (!/^~(?:\/|$)/.test(path)) return resolve(scope.workingDir, path);
  const home = scope.variables["HOME"];
  if (home === undefined || home === "") scope.report.error(at, "~ needs HOME to be set");
  return join(home ?? "/", path.slice(1));
};

export const lookupIn =
  (variables: Readonly<Record<string, string>>): Lookup =>
  (name) =>
    Object.hasOwn(variables, name) ? variables[name] : undefined;

type Reader<Value> = (field: Field) => Value | undefined;

const readEntry = <Value>(entry: Entry, report: Report, read: Reader<Value>): Value | undefined =>
  isBroken(entry.value) ? undefined : read({ name: entry.key, node: entry.value, report });

/** Reads one key of a mapping where it is there; `key:` with nothing behind it is a mistake, as in Compose. */
export const readKey = <Value>(
  mapping: Mapping,
  key: string,
  report: Report,
  read: Reader<Value>,
): Value | undefined => {
  const entry = mapping.entries.get(key);
  if (entry === undefined) return undefined;
  if (!isNull(entry.value)) return readEntry(entry, report, read);
  report.error(entry.at, `"${key}" has no value: give it one or leave it out`);
  return undefined;
};

/** As readKey, where `key:` with nothing behind it counts as absent. */
export const readOptionalKey = <Value>(
  mapping: Mapping,
  key: string,
  report: Report,
  read: Reader<Value>,
): Value | undefined => {
  const entry = mapping.entries.get(key);
  return entry === undefined || isNull(entry.value) ? undefined : readEntry(entry, report, read);
};
