import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { messageOf, systemCode } from "../../errors/describe.ts";

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

/** Postgres's error code for a statement that cannot be in a transaction, such as CREATE DATABASE. */
const notInTransaction = "25001";

export function readInitScript({ path }: InitScript): string {
  return readFileSync(path, "utf8").replace(/^\ufeff/, "");
}

/**
 * Why one of the scripts cannot run here; null where all can. Mistakes in their SQL are found only when the server runs
 * them.
 */
export function refuseScripts(mounts: readonly MountedPath[]): string | null {
  const script = foundIn(mounts).find(({ name }) => needsShell.test(name));
  return script === undefined ? null : `its init script ${script.path} needs the image's shell and psql`;
}

/** In the order of the image's entrypoint; what that would ignore is left out. */
function foundIn(mounts: readonly MountedPath[]): readonly InitScript[] {
  return mounts
    .flatMap(entriesOf)
    .filter(({ name }) => !name.startsWith("."))
    .filter(({ name }) => name.endsWith(".sql") || needsShell.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function entriesOf({ target, path }: MountedPath): readonly InitScript[] {
  const at = target.replace(/\/$/, "");
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (at === scriptFolder && found.isDirectory()) {
    return readdirSync(path).map((name) => ({ name, path: join(path, name) }));
  }
  return at === join(scriptFolder, basename(at)) ? [{ name: basename(at), path }] : [];
}

/** Why the server refused a script, and in which line; null where the server names no line. */
export function scriptFailure(text: string, error: unknown): { readonly line: number | null; readonly reason: string } {
  const message = messageOf(error);
  if (systemCode(error) === notInTransaction) {
    return { line: null, reason: `${message}: it needs a file of its own, with nothing else in it` };
  }
  const before = textBefore(text, error);
  if (before === null) return { line: null, reason: message };
  const [command] = /^\\\S*/.exec(text.slice(before.length)) ?? [];
  return {
    line: before.split("\n").length,
    reason: command === undefined ? message : `${command} is a command of psql, which does not run this script`,
  };
}

/** The text before the position in the server's error, which counts characters from 1; null where it has none. */
function textBefore(text: string, error: unknown): string | null {
  const at = typeof error === "object" && error !== null && "position" in error ? Number(error.position) : 0;
  return at > 0 ? [...text].slice(0, at - 1).join("") : null;
}

export function scriptsIn(mounts: readonly MountedPath[]): readonly InitScript[] {
  return foundIn(mounts).filter(({ name }) => name.endsWith(".sql"));
}
