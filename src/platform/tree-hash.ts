import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { systemCode } from "../errors/describe.ts";
import { kindOf } from "./files.ts";

/**
 * Limits for hashing one file or folder. At most `entries` entries count, those nearest to the top first. Of these, up
 * to `files` files and `bytes` bytes in total count by content, the rest by size and modification time.
 */
export const treeBounds = { entries: 10_000, files: 2_000, bytes: 64 * 1024 * 1024 };

interface TreeOptions {
  /** Links that lead out of this folder are not followed. It has to be a real path. */
  readonly within: string;
  readonly signal?: AbortSignal;
}

/** Hashes files and folders; what several of them hold is read once. */
export interface TreeHasher {
  /** One hash over all names and contents at the path, even while they change. Throws only the signal's reason. */
  hash(path: string): Promise<string>;
}

/** Folders that are skipped, because tools change them without an edit by the user. */
const passedOver = new Set([".git", ".goat-dev"]);

type Contents = Map<string, Promise<string>>;

interface Entry {
  readonly at: string;
  /** From the top, with a slash in front; empty for the top itself. */
  readonly name: string;
  readonly kind: "top" | "directory" | "unreadable" | "other";
}

interface Look {
  readonly at: string;
  /** Hashed in place of content where the entry has none. */
  readonly line: string;
  /** Of an ordinary file that may count by content. */
  readonly stats?: Stats;
}

const batchSize = 32;

export function createTreeHasher(options: TreeOptions): TreeHasher {
  const trees = new Map<string, Promise<string>>();
  const contents = new Map<string, Promise<string>>();
  const hash = (path: string): Promise<string> => {
    const known = trees.get(path) ?? hashEntries(path, options, contents);
    trees.set(path, known);
    return known;
  };
  return { hash };
}

async function hashEntries(path: string, options: TreeOptions, contents: Contents): Promise<string> {
  const { signal } = options;
  const entries = await listTree(path, signal);
  const looks = await inBatches(entries, signal, (entry) => lookAt(entry, options));
  const wanted = withinBudget(looks);
  const lines = await inBatches(looks, signal, async ({ line, stats, at }) => {
    if (stats === undefined) return line;
    return wanted.has(at) ? await contentOf(at, stats, contents) : `${stats.size}@${stats.mtimeMs}`;
  });
  const hash = createHash("sha256");
  for (const [index, { name }] of entries.entries()) hash.update(`${name}\0${lines[index]}\0`);
  return hash.digest("hex");
}

/** The tree's entries in the order of their names; where there are too many, those nearest to the top are kept. */
async function listTree(path: string, signal: AbortSignal | undefined): Promise<readonly Entry[]> {
  const root: Entry = { at: path, name: "", kind: kindOf(path) === "directory" ? "directory" : "top" };
  const found = [root];
  let level = root.kind === "directory" ? [root] : [];
  while (level.length > 0 && found.length < treeBounds.entries) {
    const below = await listLevel(level, treeBounds.entries - found.length, signal);
    found.push(...below);
    level = below.filter(({ kind }) => kind === "directory");
  }
  return found.sort(byName);
}

async function listLevel(
  folders: readonly Entry[],
  limit: number,
  signal: AbortSignal | undefined,
): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  for (let start = 0; start < folders.length && found.length < limit; start += batchSize) {
    const lists = await inBatches(folders.slice(start, start + batchSize), signal, listFolder);
    found.push(...lists.flat().slice(0, limit - found.length));
  }
  return found;
}

/** Works in batches and checks the signal between them. Most work is synchronous: Node's threads would take longer. */
async function inBatches<T, R>(
  items: readonly T[],
  signal: AbortSignal | undefined,
  work: (item: T) => R | Promise<R>,
): Promise<R[]> {
  const done: R[] = [];
  for (let start = 0; start < items.length; start += batchSize) {
    signal?.throwIfAborted();
    const batch = items.slice(start, start + batchSize);
    done.push(...(await Promise.all(batch.map(work))));
    // What fires the signal gets its turn.
    if (batch.length === batchSize) await setImmediate();
  }
  return done;
}

function listFolder({ at, name }: Entry): readonly Entry[] {
  let found: Dirent[];
  try {
    found = readdirSync(at, { withFileTypes: true });
  } catch {
    return [{ at: join(at, "unreadable"), name: `${name}/unreadable`, kind: "unreadable" }];
  }
  return found
    .filter((entry) => !passedOver.has(entry.name))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map((entry) => ({
      at: join(at, entry.name),
      name: `${name}/${entry.name}`,
      kind: entry.isDirectory() ? "directory" : "other",
    }));
}

/** A folder before what is in it, names by their code units. */
function byName(one: Entry, other: Entry): number {
  const [left, right] = [one.name.split("/"), other.name.split("/")];
  const index = left.findIndex((part, at) => part !== right[at]);
  if (index < 0) return left.length - right.length;
  const [a = "", b] = [left[index], right[index]];
  return b === undefined || a > b ? 1 : -1;
}

function lookAt({ at, kind }: Entry, { within }: TreeOptions): Look {
  if (kind === "directory" || kind === "unreadable") return { at, line: kind === "directory" ? kind : "missing" };
  try {
    const found = lstatSync(at);
    const target = found.isSymbolicLink() ? statSync(at) : found;
    if (target.isFile() && (kind === "top" || target === found)) return { at, line: "", stats: target };
    if (target === found || kind === "top") return { at, line: "special" };
    // A link counts by its target's content only where that is an ordinary file in `within`, else by its text.
    const isOurs = target.isFile() && isBelow(realpathSync.native(at), within);
    return isOurs ? { at, line: "", stats: target } : { at, line: `link to ${readlinkSync(at)}` };
  } catch (error) {
    return { at, line: systemCode(error) === "ELOOP" ? "loop" : "missing" };
  }
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/** The paths whose content counts: in the order of names, while files and bytes last. */
function withinBudget(looks: readonly Look[]): ReadonlySet<string> {
  let { files, bytes } = treeBounds;
  const wanted = new Set<string>();
  for (const { at, stats } of looks) {
    if (stats === undefined || files <= 0 || stats.size > bytes) continue;
    files -= 1;
    bytes -= stats.size;
    wanted.add(at);
  }
  return wanted;
}

/** A file's content under all its names is read once. */
function contentOf(path: string, stats: Stats, contents: Contents): Promise<string> {
  const key = `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeMs}`;
  const known = contents.get(key) ?? hashContent(path, stats.size).catch(() => "unreadable");
  contents.set(key, known);
  return known;
}

/** Reads no further than the size found before, so that a growing file or one of the kernel's cannot hold us up. */
async function hashContent(path: string, size: number): Promise<string> {
  if (size <= smallSize) return hashSmall(path, size);
  const hash = createHash("sha256");
  const file = await open(path, readFlags);
  try {
    if (!(await file.stat()).isFile()) return "special";
    const buffer = Buffer.allocUnsafe(Math.min(size, 1024 * 1024));
    for (let left = size; left > 0; ) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(left, buffer.length));
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      left -= bytesRead;
    }
    return hash.digest("hex");
  } finally {
    await file.close();
  }
}

const readFlags = constants.O_RDONLY | constants.O_NONBLOCK;

/** Up to this many bytes, a synchronous read is faster than handing open, read and close to Node's threads. */
const smallSize = 64 * 1024;

function hashSmall(path: string, size: number): string {
  const hash = createHash("sha256");
  if (size === 0) return hash.digest("hex");
  const file = openSync(path, readFlags);
  try {
    if (!fstatSync(file).isFile()) return "special";
    const buffer = Buffer.allocUnsafe(size);
    let length = 0;
    for (let read = size; read > 0 && length < size; length += read) {
      read = readSync(file, buffer, length, size - length, length);
    }
    return hash.update(buffer.subarray(0, length)).digest("hex");
  } finally {
    closeSync(file);
  }
}

/** The hash of one file or folder. */
export function hashTree(path: string): Promise<string> {
  return createTreeHasher({ within: path }).hash(path);
}
