import { randomBytes } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { chmod, mkdir, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemCode } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { atomicWrite, isSameFile, unwritable } from "../../platform/files.ts";
import { parseJson } from "../../platform/json.ts";
import { readTextIfThere } from "../../platform/text-file.ts";

/** Where this project's records and data lie. */
export interface ProjectStore {
  readonly id: string;
  /** The folder that the state folder lies in. */
  readonly project: string;
  readonly records: string;
  /** Holds `volumes/` and `logs/`. */
  readonly base: string;
}

export interface StoreOptions {
  /** The project's `.goat-dev`. */
  readonly stateDir: string;
  readonly uid: number;
  /** The folder for data of root's projects: their services run as other users, who cannot enter a private folder. */
  readonly systemData: string;
}

interface StoreFile {
  readonly id: string;
  /** The state folder it was written in, to tell a moved project from a copied one. */
  readonly stateDir: string;
  /** Null for data inside the state folder. */
  readonly base: string | null;
}

const readme = `The data of this project's services: "volumes" holds the database.

Deleting this folder loses the database for good. goat-dev makes a new, empty one at the next start.
`;

/** A container's or volume's name as a valid file name, whatever characters it holds. */
export function entryOf(name: string): string {
  return encodeURIComponent(name).replace(/^\./, "%2E");
}

/** The name that `entryOf` made this entry from; undefined where it would not have made it. */
export function nameOf(entry: string): string | undefined {
  try {
    const name = decodeURIComponent(entry);
    return name !== "" && entryOf(name) === entry ? name : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The project's store; null where none was made yet. A store that was copied along with a project does not count: it
 * belongs to the original.
 */
export function findStore(options: StoreOptions): ProjectStore | null {
  const stateDir = realPath(options.stateDir);
  const file = readStoreFile(stateDir);
  return file === null || isCopy(file, stateDir) ? null : toStore(file, stateDir);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Null where there is no file. Throws engine-refused for a damaged one: nothing else says where the data is. */
function readStoreFile(stateDir: string): StoreFile | null {
  const path = fileOf(stateDir);
  const text = readTextIfThere(path);
  if (text === undefined) return null;
  const value = parseJson(text);
  if (isStoreFile(value)) return value;
  throw new GoatError("engine-refused", `${path}, which says where this project's data is, cannot be read`, {
    fixes: [{ command: `rm ${path}`, effect: "lets goat-dev begin anew, without the data" }],
  });
}

function fileOf(stateDir: string): string {
  return join(stateDir, "embedded", "place.json");
}

function isStoreFile(value: unknown): value is StoreFile {
  return (
    typeof value === "object" &&
    value !== null &&
    "id" in value &&
    typeof value.id === "string" &&
    "stateDir" in value &&
    typeof value.stateDir === "string" &&
    "base" in value &&
    (value.base === null || typeof value.base === "string")
  );
}

/** True where the project that wrote this file is still there, in another folder. */
function isCopy(file: StoreFile, stateDir: string): boolean {
  return file.stateDir !== stateDir && existsSync(fileOf(file.stateDir)) && !isSameFile(file.stateDir, stateDir);
}

function toStore(file: StoreFile, stateDir: string): ProjectStore {
  return {
    id: file.id,
    project: dirname(stateDir),
    records: join(stateDir, "embedded", "records"),
    base: file.base ?? join(stateDir, "embedded"),
  };
}

/** The project's store, made where it is missing. Throws file-unwritable, disk-full. */
export async function makeStore(options: StoreOptions): Promise<ProjectStore> {
  try {
    return await make(options);
  } catch (error) {
    if (error instanceof GoatError) throw error;
    throw unwritable(options.stateDir, error);
  }
}

async function make(options: StoreOptions): Promise<ProjectStore> {
  await makeMissing(options.stateDir, 0o700);
  const stateDir = realPath(options.stateDir);
  const found = readStoreFile(stateDir);
  if (found?.stateDir === stateDir && isWhole(toStore(found, stateDir))) return toStore(found, stateDir);
  const isOwn = found !== null && !isCopy(found, stateDir);
  const file = isOwn ? { ...found, stateDir } : newFile(options, stateDir);
  const store = toStore(file, stateDir);
  await makeFolder(join(stateDir, "embedded"), 0o700);
  if (!isOwn) await rm(store.records, { recursive: true, force: true });
  for (const path of recordFolders(store)) await mkdir(path, { recursive: true, mode: 0o700 });
  await makeBase(store, file.base === null);
  await writeFile(join(stateDir, ".gitignore"), "*\n", { flag: "wx" }).catch((error: unknown) => {
    if (systemCode(error) !== "EEXIST") throw error;
  });
  await atomicWrite(fileOf(stateDir), `${JSON.stringify(file)}\n`, 0o600);
  return store;
}

/** With `recursive`, Node reports a read-only disk as a missing folder; so it is tried without first. */
async function makeMissing(path: string, mode: number): Promise<void> {
  await mkdir(path, { mode }).catch(async (error: unknown) => {
    const code = systemCode(error);
    if (code !== "EEXIST" && code !== "ENOENT") throw error;
    await mkdir(path, { recursive: true, mode });
  });
}

function isWhole(store: ProjectStore): boolean {
  return [join(store.base, "volumes"), join(store.base, "logs"), ...recordFolders(store)].every((path) =>
    existsSync(path),
  );
}

function recordFolders(store: ProjectStore): readonly string[] {
  return ["containers", "networks", "volumes"].map((kind) => join(store.records, kind));
}

function newFile({ uid, systemData }: StoreOptions, stateDir: string): StoreFile {
  const id = randomBytes(8).toString("hex");
  return { id, stateDir, base: uid === 0 ? join(systemData, id) : null };
}

async function makeFolder(path: string, mode: number): Promise<void> {
  await makeMissing(path, mode);
  // The umask may have reduced the mode above, and a folder that exists already keeps its own.
  await chmod(path, mode);
}

async function makeBase(store: ProjectStore, isInside: boolean): Promise<void> {
  const mode = isInside ? 0o700 : 0o711;
  if (!isInside) await makeFolder(dirname(store.base), mode);
  for (const path of [store.base, join(store.base, "volumes"), join(store.base, "logs")]) await makeFolder(path, mode);
  await writeFile(join(store.base, "README"), readme, { mode: 0o644 });
}

/** Removes root's data folder outside of the project once it is empty; it is made again when it is needed. */
export async function tidyStore({ base, records }: ProjectStore): Promise<void> {
  if (base === dirname(records)) return;
  try {
    // Volumes first: they are usually the last to be empty, and rmdir fails while they are not.
    for (const folder of ["volumes", "logs"]) await rmdir(join(base, folder));
    await rm(join(base, "README"), { force: true });
    await rmdir(base);
  } catch {
    // Something is in it, or it is gone.
  }
}

export function volumeFolder(store: ProjectStore, name: string): string {
  return join(store.base, "volumes", entryOf(name));
}

export function logFolder(store: ProjectStore, id: string): string {
  return join(store.base, "logs", id);
}
