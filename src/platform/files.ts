import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import { chown, open, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { messageOf, systemCode } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";

export interface Fingerprint {
  readonly kind: "file" | "directory" | "missing";
  readonly hash: string;
}

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

const statIfThere = (path: string): Stats | undefined => {
  try {
    return statSync(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ELOOP", "EACCES"].includes(systemCode(error) ?? "")) return undefined;
    throw error;
  }
};

/** What is at a path, links followed; a socket or a device counts as a file. */
export const kindOf = (path: string): Fingerprint["kind"] => {
  const found = statIfThere(path);
  if (found === undefined) return "missing";
  return found.isDirectory() ? "directory" : "file";
};

/** The file's text, or undefined where there is no such file. */
export const readTextIfThere = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return undefined;
    throw error;
  }
};

/** SHA-256 of a file's content, in hex. */
const hashFile = (path: string): string => sha256(readFileSync(path));

/** What is hashed by content; beyond it a file counts by size and time, so that a mounted home folder costs no minute. */
const contentBudget = { files: 2_000, bytes: 64 * 1024 * 1024 };

const hashEntry = (path: string, found: Stats, budget: { files: number; bytes: number }): string => {
  if (!found.isFile()) return "special";
  if (budget.files <= 0 || found.size > budget.bytes) return `${found.size}@${found.mtimeMs}`;
  budget.files -= 1;
  budget.bytes -= found.size;
  try {
    return hashFile(path);
  } catch {
    return "unreadable";
  }
};

const listFolder = (path: string): readonly string[] => {
  try {
    return readdirSync(path).sort();
  } catch {
    return ["unreadable"];
  }
};

/** One hash over names and contents of a file or folder; links are followed, loops are not. */
export const hashTree = (path: string): string => {
  const hash = createHash("sha256");
  const budget = { ...contentBudget };
  const walk = (at: string, name: string, parents: readonly string[]): void => {
    const found = statIfThere(at);
    if (found === undefined) return void hash.update(`${name}\0missing\0`);
    if (!found.isDirectory()) return void hash.update(`${name}\0${hashEntry(at, found, budget)}\0`);
    const real = realpathSync(at);
    if (parents.includes(real)) return void hash.update(`${name}\0loop\0`);
    hash.update(`${name}\0directory\0`);
    for (const entry of listFolder(at)) walk(join(at, entry), `${name}/${entry}`, [...parents, real]);
  };
  walk(path, "", []);
  return hash.digest("hex");
};

/** What is at a path and a hash of its content; what cannot be read has a constant hash. */
export const fingerprint = (path: string): Fingerprint => {
  const kind = kindOf(path);
  return { kind, hash: kind === "missing" ? "" : hashTree(path) };
};

/** What the Compose loader needs of this machine's files. */
export interface HostFiles {
  readText(path: string): string | undefined;
  fingerprint(path: string): Fingerprint;
}

export const hostFiles: HostFiles = { readText: readTextIfThere, fingerprint };

/** A write that failed, in words: which file, and what to do. */
export const unwritable = (path: string, error: unknown): GoatError => {
  const code = systemCode(error);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new GoatError("disk-full", `cannot write ${path}: no space is left`, {
      cause: error,
      fixes: [{ command: `df -h ${dirname(path)}`, effect: "shows how full that disk is" }],
    });
  }
  return new GoatError("file-unwritable", `cannot write ${path}: ${code ?? messageOf(error)}`, {
    cause: error,
    fixes: [{ command: `ls -ld ${dirname(path)}`, effect: "shows who may write there" }],
  });
};

/** Where a path really writes to: a link's target, even one that is not there yet. */
const writeTarget = async (path: string): Promise<string> => {
  try {
    return await realpath(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
  const target = await readlink(path).catch(() => undefined);
  return target === undefined ? path : resolve(dirname(path), target);
};

const replace = async (
  target: string,
  text: string,
  { mode, durable }: { readonly mode: number; readonly durable: boolean },
): Promise<void> => {
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
  const before = await stat(target).catch(() => undefined);
  try {
    const file = await open(temporary, "wx", mode);
    try {
      await file.writeFile(text);
      await file.chmod(mode);
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
    const made = before === undefined ? undefined : await stat(temporary);
    if (before !== undefined && made !== undefined && (made.uid !== before.uid || made.gid !== before.gid)) {
      await chown(temporary, before.uid, before.gid).catch(() => undefined);
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};

/**
 * Replaces a file in one step, so that nobody ever sees half of it. Writes through links and keeps the owner where it may.
 * Where it is not to be durable, a power cut may leave it empty. Throws file-unwritable, disk-full.
 */
export const atomicWrite = async (path: string, text: string, mode: number, durable = true): Promise<void> => {
  try {
    await replace(await writeTarget(path), text, { mode, durable });
  } catch (error) {
    throw unwritable(path, error);
  }
};
