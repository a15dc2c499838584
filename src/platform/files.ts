import { randomBytes } from "node:crypto";
import { lstatSync, statSync } from "node:fs";
import { chown, mkdir, open, readFile, readlink, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { messageOf, systemCode } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";

/** What is at a path, links followed. Sockets and devices count as files; what cannot be inspected is missing. */
export function kindOf(path: string): "file" | "directory" | "missing" {
  try {
    return statSync(path).isDirectory() ? "directory" : "file";
  } catch {
    return "missing";
  }
}

/** True where both paths lead to one file or folder, by whatever links, mounts or spellings. */
export function isSameFile(one: string, other: string): boolean {
  try {
    const [a, b] = [statSync(one), statSync(other)];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}

/** True where there is nothing at a path any more. A path that may not be inspected (EACCES) counts as still there. */
export function isGone(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch (error) {
    return systemCode(error) === "ENOTDIR";
  }
}

/** True where there is anything at the path, also a link that leads nowhere. */
export function isTaken(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The error for a write that failed: disk-full or file-unwritable, with the file and what to do. */
export function unwritable(path: string, error: unknown): GoatError {
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
}

/**
 * Makes a folder with mode 0700, and any missing parents. Throws file-unwritable or disk-full, which name `file`, the
 * file for which the folder is made.
 */
export async function makeFolder(path: string, file = path): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw unwritable(file, error);
  });
}

/**
 * Replaces a file in one step, so that nobody ever sees half of it. Writes through links and keeps the owner where it
 * may. Where it is not to be durable, a power cut may leave it empty. Throws file-unwritable, disk-full.
 */
export async function atomicWrite(path: string, text: string, mode: number, durable = true): Promise<void> {
  try {
    await replace(await writeTarget(path), text, { mode, durable });
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Overwrites the existing file instead of replacing it: a container that mounts this one file would not see a
 * replacement. Makes it with `mode` where it is missing. Throws file-unwritable, disk-full.
 */
export async function writeInPlace(path: string, text: string, mode: number): Promise<void> {
  if (kindOf(path) === "missing") return atomicWrite(path, text, mode);
  try {
    if ((await readFile(path, "utf8")) !== text) await writeFile(path, text);
  } catch (error) {
    throw unwritable(path, error);
  }
}

async function replace(
  target: string,
  text: string,
  { mode, durable }: { readonly mode: number; readonly durable: boolean },
): Promise<void> {
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
}

/** Where a path really writes to: a link's target, even one that is not there yet. */
async function writeTarget(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
  const target = await readlink(path).catch(() => undefined);
  return target === undefined ? path : resolve(dirname(path), target);
}

/**
 * Gives `work` the descriptor of an open file with this text that is already deleted, so that nothing stays on disk
 * even if the process is killed. It has mode 0600 while it has a name. Throws file-unwritable, disk-full, or what
 * `work` throws.
 */
export async function withNamelessFile<T>(folder: string, text: string, work: (fd: number) => Promise<T>): Promise<T> {
  const file = await openNameless(join(folder, `.${randomBytes(8).toString("hex")}`), text);
  try {
    return await work(file.fd);
  } finally {
    await file.close();
  }
}

async function openNameless(path: string, text: string) {
  try {
    // Written and read through two handles: the second one stands at the beginning.
    const written = await open(path, "wx", 0o600);
    try {
      const read = await open(path, "r");
      await rm(path);
      await written.writeFile(text);
      return read;
    } finally {
      await written.close();
    }
  } catch (error) {
    await rm(path, { force: true });
    throw unwritable(path, error);
  }
}
