import { statfs } from "node:fs/promises";
import { GoatError } from "../errors/goat-error.ts";
import { unwritable } from "../platform/files.ts";
import { formatBytes } from "../platform/format.ts";

/** Disk space for a new Postgres cluster: its databases and the first segments of its write-ahead log. */
export const neededBytes = 120_000_000;

export function diskFull(folder: string, neededBytes: number, evidence: readonly string[] = []): GoatError {
  return new GoatError("disk-full", `too little space in ${folder}: ${formatBytes(neededBytes)} are needed`, {
    evidence,
    fixes: [{ command: `df -h '${folder}'`, effect: "shows the disk that needs room" }],
  });
}

/**
 * Throws disk-full where less than `neededBytes` is free. Where the system does not say how much is free, a later write
 * will fail.
 */
export async function needSpace(folder: string, neededBytes: number): Promise<void> {
  const disk = await statfs(folder).catch(() => undefined);
  if (disk === undefined) return;
  const freeBytes = disk.bavail * disk.bsize;
  if (freeBytes < neededBytes) throw diskFull(folder, neededBytes, [`${formatBytes(freeBytes)} are free`]);
}

/**
 * The error for a cache folder that cannot be written, as in some CI jobs, with another folder as the way around it.
 */
export function cacheUnwritable(folder: string, error: unknown): GoatError {
  const { code, message, fixes } = unwritable(folder, error);
  const elsewhere = { command: "XDG_CACHE_HOME=/tmp/cache goat-dev up", effect: "installs into another folder" };
  return new GoatError(code, message, { fixes: [...fixes, elsewhere], cause: error });
}

/** True where a program's output says that the disk, or the user's quota, is full. */
export function saysDiskFull(text: string): boolean {
  return /No space left on device|ENOSPC|Disk quota exceeded/.test(text);
}

/** The errors in a Postgres program's output, else its last lines; at most five. */
export function complaints(stderr: string): readonly string[] {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const said = lines.filter((line) => /\b(?:ERROR|FATAL|PANIC|error): /.test(line));
  return (said.length > 0 ? said : lines).slice(-5);
}
