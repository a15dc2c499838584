import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Machine } from "../../engine/processes/runtime.ts";
import { readTextIfThere } from "../../platform/text-file.ts";

/** What is shipped for Python, and where it goes. */
export interface Place {
  /** LiteLLM's version, as the lock pins it. */
  readonly version: string;
  /** SHA-256 of the locks, the files of the database client and the kind of machine. */
  readonly hash: string;
  /** The lock of LiteLLM, and that of the packages that its database needs in addition. */
  readonly locks: readonly string[];
  /** Generates the client of LiteLLM's database. */
  readonly client: string;
  /** The lock of uv alone. */
  readonly uvLock: string;
  readonly launcher: string;
  readonly folder: string;
  readonly venv: string;
  /** A file that is written last: without it nothing counts as installed. */
  readonly marker: string;
  readonly uvFolder: string;
}

export type Installer = "uv" | "pip";

/** Reads the shipped locks; the folder's name changes with them. */
export function placeOf(machine: Machine): Place {
  const shipped = (name: string): string => join(machine.packageRoot, "python", name);
  const locks = [shipped("litellm.lock"), shipped("prisma.lock")];
  const [client, uvLock] = [shipped("prisma_client.py"), shipped("uv.lock")];
  const contents = [...locks, client, shipped("prisma-client.json.gz")].map((path) => readFileSync(path));
  const uvContent = readFileSync(uvLock);
  const version = versionOf(Buffer.concat(contents), "litellm");
  const hash = hashOf(machine, contents);
  const folder = join(machine.cache, `litellm-${version}-${short(hash)}`);
  return {
    version,
    hash,
    locks,
    client,
    uvLock,
    launcher: join(machine.packageRoot, "dev", "launcher", "launch.py"),
    folder,
    venv: join(folder, "venv"),
    marker: join(folder, "installed.json"),
    uvFolder: join(machine.cache, `uv-${versionOf(uvContent, "uv")}-${short(hashOf(machine, [uvContent]))}`),
  };
}

function versionOf(content: Buffer, name: string): string {
  return (
    new RegExp(`^${name}(?:\\[[^\\]]*\\])?==([^\\s;\\\\]+)`, "m").exec(content.toString("latin1"))?.[1] ?? "unknown"
  );
}

function hashOf(machine: Machine, contents: readonly Buffer[]): string {
  const hash = createHash("sha256").update(`${machine.platform}-${machine.arch}\n`);
  for (const content of contents) hash.update(content);
  return hash.digest("hex");
}

function short(hash: string): string {
  return hash.slice(0, 12);
}

export function pythonOf(venv: string): string {
  return join(venv, "bin", "python");
}

/** The content of the marker file, which lists what a complete installation contains. */
interface Marker {
  readonly hash: string;
  readonly python: string;
  readonly installer: Installer;
  readonly entries: readonly Entry[];
}

interface Entry {
  /** Relative to the virtual environment. */
  readonly path: string;
  /** Bytes; null for a folder. */
  readonly size: number | null;
}

/** Writes the marker as the last step, and syncs it to the disk before anything relies on it. */
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

/**
 * Everything in site-packages, each package's list of files (RECORD), and pyvenv.cfg; the interpreter is checked apart.
 */
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

/**
 * True where a few hundred files and folders are there and the files have the right size; their content is not read.
 */
export function isInstalled(place: Place): boolean {
  const marker = readMarker(place);
  if (marker?.hash !== place.hash) return false;
  // This is a link: the interpreter that it leads to may have been removed since.
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

/** The folders in site-packages: listing them once tells as much as a stat of each, in a third of the time. */
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
    // Something was removed, which the check of each entry will find.
    return new Set();
  }
}

function isThere(path: string, size: number | null): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && (size === null ? found.isDirectory() : found.size === size);
}
