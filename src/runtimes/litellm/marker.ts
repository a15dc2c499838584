import { readdirSync, statSync } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { readTextIfThere } from "../../platform/text-file.ts";
import { type Place, pythonOf } from "./installation.ts";

export type Installer = "uv" | "pip";

interface Entry {
  /** Relative to the virtual environment. */
  readonly path: string;
  /** Bytes; null for a folder. */
  readonly size: number | null;
}

/** What a whole installation holds, as its folder's own file says it. */
export interface Marker {
  readonly hash: string;
  readonly python: string;
  readonly installer: Installer;
  readonly entries: readonly Entry[];
}

/** Last of all, and on the disk before anything relies on it. */
export async function writeMarker(place: Place, about: Omit<Marker, "hash" | "entries">): Promise<void> {
  const marker: Marker = { hash: place.hash, ...about, entries: await entriesOf(place.venv) };
  const file = await open(place.marker, "w", 0o644);
  try {
    await file.writeFile(`${JSON.stringify(marker)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Every package with its list of files, and the interpreter, whose size is not ours to say. */
async function entriesOf(venv: string): Promise<readonly Entry[]> {
  const folders = sitePackages(venv);
  const packages = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).map((n) => join(folder, n))),
  );
  const paths = packages.flat().filter((path) => !path.endsWith("__pycache__"));
  const lists = paths.filter((path) => path.endsWith(".dist-info")).map((path) => join(path, "RECORD"));
  return [...paths, ...lists, join(venv, "pyvenv.cfg")].map((path) => entryAt(venv, path));
}

function sitePackages(venv: string): readonly string[] {
  return readdirSync(join(venv, "lib"))
    .map((name) => join(venv, "lib", name, "site-packages"))
    .filter((folder) => statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true);
}

function entryAt(venv: string, path: string): Entry {
  const found = statSync(path);
  return { path: relative(venv, path), size: found.isFile() ? found.size : null };
}

/** Looks at a few hundred files' presence and size, and reads none: false where one is missing or another. */
export function isInstalled(place: Place): boolean {
  const marker = readMarker(place);
  if (marker?.hash !== place.hash) return false;
  // A link: the interpreter behind it may have been removed since.
  if (statSync(pythonOf(place.venv), { throwIfNoEntry: false })?.isFile() !== true) return false;
  const folders = foldersIn(place.venv);
  return marker.entries.every(
    ({ path, size }) => (size === null && folders.has(path)) || isThere(`${place.venv}/${path}`, size),
  );
}

function readMarker(place: Place): Marker | undefined {
  const text = readTextIfThere(place.marker);
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return isMarker(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isMarker(value: unknown): value is Marker {
  return (
    typeof value === "object" && value !== null && "hash" in value && "entries" in value && Array.isArray(value.entries)
  );
}

/** The packages' folders: one listing tells as much of them as a look at each, and takes a third of the time. */
function foldersIn(venv: string): ReadonlySet<string> {
  try {
    const folders = sitePackages(venv).map((path) => ({ path, name: relative(venv, path) }));
    return new Set(
      folders.flatMap(({ path, name }) =>
        readdirSync(path, { withFileTypes: true }).flatMap((found) =>
          found.isDirectory() ? [`${name}/${found.name}`] : [],
        ),
      ),
    );
  } catch {
    // Something was removed, which the look at each will say.
    return new Set();
  }
}

function isThere(path: string, size: number | null): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && (size === null ? found.isDirectory() : found.size === size);
}
