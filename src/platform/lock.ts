import { mkdir, readFile, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { kill } from "node:process";
import { systemCode } from "../errors/describe.ts";
import type { Clock } from "./clock.ts";
import { unwritable } from "./files.ts";

export interface LockHolder {
  readonly pid: number;
  readonly command: string;
  /** ISO time. */
  readonly since: string;
}

export interface LockRequest {
  /** The lock is the folder `<path>.lock`; who holds it is said in `<path>.json`. */
  readonly path: string;
  readonly pid: number;
  readonly command: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called once for each holder that is waited for; null where it has not said who it is. */
  onWait(holder: LockHolder | null): void;
}

export type Release = () => Promise<void>;

/** A holder touches its lock every two seconds; one untouched for this long is nobody's, as after a power cut. */
const staleAfterMs = 60_000;
const touchEveryMs = 2_000;
const askAgainAfterMs = 100;

interface HolderFile extends LockHolder {
  /** Which lock it speaks of: a holder's file can outlive its lock. */
  readonly lock: string;
}

/** Inode and birth time tell one lock folder from the next of the same name. */
const identify = async (path: string): Promise<{ readonly id: string; readonly touchedMs: number } | undefined> => {
  const found = await stat(`${path}.lock`).catch(() => undefined);
  return found === undefined ? undefined : { id: `${found.ino}-${found.birthtimeMs}`, touchedMs: found.mtimeMs };
};

const isHolderFile = (value: unknown): value is HolderFile =>
  typeof value === "object" && value !== null && "pid" in value && typeof value.pid === "number" && "lock" in value;

const readHolder = async (path: string): Promise<HolderFile | undefined> => {
  try {
    const value: unknown = JSON.parse(await readFile(`${path}.json`, "utf8"));
    return isHolderFile(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const isAlive = (pid: number): boolean => {
  try {
    kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
};

/** The library's own staleness is switched off: it would let two waiters take over at once. */
const tryLock = async (path: string): Promise<Release | undefined> => {
  const { default: lockfile } = await import("proper-lockfile");
  try {
    return await lockfile.lock(path, {
      realpath: false,
      stale: Number.MAX_SAFE_INTEGER,
      update: touchEveryMs,
      onCompromised: () => undefined,
    });
  } catch (error) {
    if (systemCode(error) === "ELOCKED") return undefined;
    throw error;
  }
};

const isAbandoned = async (path: string, now: number): Promise<boolean> => {
  const [lock, holder] = await Promise.all([identify(path), readHolder(path)]);
  if (lock === undefined) return false;
  const isDead = holder?.lock === lock.id && !isAlive(holder.pid);
  return isDead || now - lock.touchedMs >= staleAfterMs;
};

/** Removes a lock whose holder is gone. A second, short lock lets one waiter at a time decide that. */
const breakIfAbandoned = async (path: string, now: number): Promise<void> => {
  if (!(await isAbandoned(path, now))) return;
  const { default: lockfile } = await import("proper-lockfile");
  const short = { realpath: false, stale: 5_000, onCompromised: () => undefined };
  const release = await lockfile.lock(`${path}.takeover`, short).catch(() => undefined);
  if (release === undefined) return;
  try {
    if (!(await isAbandoned(path, now))) return;
    await rm(`${path}.json`, { force: true });
    await rmdir(`${path}.lock`).catch(() => undefined);
  } finally {
    await release().catch(() => undefined);
  }
};

const introduce = async (request: LockRequest): Promise<void> => {
  const { path, pid, command, clock } = request;
  const lock = (await identify(path))?.id ?? "";
  const holder: HolderFile = { pid, command, since: clock.date().toISOString(), lock };
  await writeFile(`${path}.json`, JSON.stringify(holder), { mode: 0o600 });
};

const currentHolder = async (path: string): Promise<LockHolder | null> => {
  const [lock, holder] = await Promise.all([identify(path), readHolder(path)]);
  if (holder === undefined || holder.lock !== lock?.id) return null;
  return { pid: holder.pid, command: holder.command, since: holder.since };
};

const waitForLock = async (request: LockRequest): Promise<Release> => {
  const { path, clock, signal } = request;
  let told: string | undefined;
  let patience = 2;
  for (;;) {
    signal.throwIfAborted();
    const release = await tryLock(path);
    if (release !== undefined) return release;
    await breakIfAbandoned(path, clock.date().getTime());
    const holder = await currentHolder(path);
    const name = holder === null ? "" : `${holder.pid} ${holder.since}`;
    // A holder that has just got the lock needs a moment to say who it is.
    if (name !== told && (name !== "" || patience-- <= 0)) {
      told = name;
      request.onWait(holder);
    }
    await clock.sleep(askAgainAfterMs, signal);
  }
};

/**
 * Takes the lock, waiting for whoever holds it; a killed holder's lock is taken over at once.
 * Rejects with the signal's reason when it fires, and with file-unwritable where the folder cannot be written.
 */
export const acquireLock = async (request: LockRequest): Promise<Release> => {
  try {
    await mkdir(dirname(request.path), { recursive: true, mode: 0o700 });
    const unlock = await waitForLock(request);
    const release = async (): Promise<void> => {
      await rm(`${request.path}.json`, { force: true });
      await unlock().catch(() => undefined);
    };
    await introduce(request).catch(async (error: unknown) => {
      await release();
      throw error;
    });
    return release;
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw unwritable(request.path, error);
  }
};
