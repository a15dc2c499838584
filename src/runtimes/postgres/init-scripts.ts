import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { type ReadScript, readScript } from "./sql-script.ts";

const scriptFolder = "/docker-entrypoint-initdb.d";

export interface InitScript {
  /** Its path on this machine. */
  readonly path: string;
  readonly name: string;
}

/** Mounts as a service or a local service has them. */
export interface MountedPath {
  readonly target: string;
  readonly path: string;
}

/** What the image's entrypoint would run, and this engine cannot. */
const needsShell = /\.(?:sh|sql\.gz|sql\.xz|sql\.zst)$/;

const entriesOf = ({ target, path }: MountedPath): readonly InitScript[] => {
  const at = target.replace(/\/$/, "");
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (at === scriptFolder && found.isDirectory()) {
    return readdirSync(path).map((name) => ({ name, path: join(path, name) }));
  }
  return at === join(scriptFolder, basename(at)) ? [{ name: basename(at), path }] : [];
};

/** In the order of the image's entrypoint; what that would ignore is left out. */
const foundIn = (mounts: readonly MountedPath[]): readonly InitScript[] =>
  mounts
    .flatMap(entriesOf)
    .filter(({ name }) => !name.startsWith("."))
    .filter(({ name }) => name.endsWith(".sql") || needsShell.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

export const readInitScript = ({ path }: InitScript): ReadScript =>
  readScript(readFileSync(path, "utf8").replace(/^\ufeff/, ""));

/** Why a script cannot run here; null where all can. */
export const refuseScripts = (mounts: readonly MountedPath[]): string | null => {
  for (const script of foundIn(mounts)) {
    if (needsShell.test(script.name)) return `its init script ${script.path} needs the image's shell and psql`;
    const readIt = readInitScript(script);
    if (!readIt.ok) return `its init script ${script.path} cannot run here: line ${readIt.line}, ${readIt.reason}`;
  }
  return null;
};

export const scriptsIn = (mounts: readonly MountedPath[]): readonly InitScript[] =>
  foundIn(mounts).filter(({ name }) => name.endsWith(".sql"));
