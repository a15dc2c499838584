import { join, relative, resolve } from "node:path";
import type { Lookup } from "../platform/interpolate.ts";
import type { TextFile } from "../platform/text-file.ts";
import type { Position, Report } from "./diagnostics.ts";
import type { Mapping } from "./tree.ts";

/** What every part of the loader needs. */
export interface Scope {
  readonly report: Report;
  readonly readFile: (path: string) => TextFile;
  readonly variables: Readonly<Record<string, string>>;
  /** Relative paths in the file start here. */
  readonly workingDir: string;
  /** Paths are shown relative to this. */
  readonly root: string;
  /** Top-level `secrets:` and `configs:`. */
  readonly declared?: { readonly secrets?: Mapping | undefined; readonly configs?: Mapping | undefined };
}

/** The path as messages show it: relative to `root` where it lies inside that folder, else unchanged. */
export function displayPath(path: string, root: string): string {
  const inside = relative(root, path);
  return inside === "" || inside.startsWith("..") || inside.startsWith("/") ? path : inside;
}

/** True where the path is the folder or below it. */
export function isInside(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return !(inside === ".." || inside.startsWith("../") || inside.startsWith("/"));
}

/** A path of the Compose file, made absolute; `~` is the home folder. */
export function resolvePath(path: string, at: Position, scope: Scope): string {
  if (!/^~(?:\/|$)/.test(path)) return resolve(scope.workingDir, path);
  const home = scope.variables["HOME"];
  if (home === undefined || home === "") scope.report.error(at, "~ needs HOME to be set");
  return join(home ?? "/", path.slice(1));
}

export function lookupIn(variables: Readonly<Record<string, string>>): Lookup {
  return (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined);
}
