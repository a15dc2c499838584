import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Machine } from "../../engine/processes/runtime.ts";
import { readTextIfThere } from "../../platform/text-file.ts";

/** What is shipped for Python, and where it goes. */
export interface Place {
  /** LiteLLM's, as the lock says it. */
  readonly version: string;
  /** Of the locks, the client of the database and the kind of machine. */
  readonly hash: string;
  /** LiteLLM's own, and what its database needs beside it. */
  readonly locks: readonly string[];
  /** Generates the client of LiteLLM's database. */
  readonly client: string;
  /** Brings uv alone. */
  readonly uvLock: string;
  readonly launcher: string;
  readonly folder: string;
  readonly venv: string;
  /** Written last: without it nothing is installed. */
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

/** What a whole installation holds, as its folder's own file says it. */
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
