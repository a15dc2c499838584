import { randomUUID } from "node:crypto";
import { mkdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import { systemCode } from "../errors/describe.ts";
import type { Clock } from "./clock.ts";
import { unwritable } from "./files.ts";
import { identify, isRunning, processExists } from "./process-identity.ts";

export interface LockHolder {
  readonly pid: number;
  readonly command: string;
  /** ISO time. */
  readonly since: string;
}

export interface LockRequest {
  /** The lock is the symbolic link `<path>.lock`: its target is no path but JSON that names the holder. */
  readonly path: string;
  readonly pid: number;
  readonly command: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called once for each holder that is waited for. */
  onWait(holder: LockHolder): void;
}

export type Release = () => Promise<void>;

/** Start time and boot id are null where they cannot be read, as for a process that the system hides from this user. */
interface Holder extends LockHolder {
  readonly startTime: string | null;
  readonly bootId: string | null;
  /** Unique for each time that the lock is taken. */
  readonly id: string;
}

/** A lock as found on disk. `holder` is null where its text cannot be parsed; such a lock counts as abandoned. */
type Found = { readonly id: string; readonly holder: Holder | null };

/** "ours"; "changing" while it passes to another holder, so that we must try again; or the holder that has it. */
type Attempt = "ours" | "changing" | Holder;

const askAgainAfterMs = 100;

/**
 * Takes the lock, after waiting for the process that holds it. When a holder ends, even killed, its lock can be taken
 * over at once. Rejects with the signal's reason when it fires, and with file-unwritable or disk-full where the folder
 * cannot be written.
 */
export async function acquireLock(request: LockRequest): Promise<Release> {
  const lock = `${request.path}.lock`;
  try {
    await mkdir(dirname(lock), { recursive: true, mode: 0o700 });
    const own = await introduce(request);
    await waitForLock(lock, own, request);
    return () => release(lock, own);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw unwritable(request.path, error);
  }
}

async function introduce({ pid, command, clock }: LockRequest): Promise<Holder> {
  const identity = await identify(pid);
  const { startTime = null, bootId = null } = identity ?? {};
  return { pid, command, since: clock.date().toISOString(), startTime, bootId, id: randomUUID() };
}

async function waitForLock(lock: string, own: Holder, { clock, signal, onWait }: LockRequest): Promise<void> {
  let told = "";
  for (;;) {
    signal.throwIfAborted();
    const attempt = await tryLock(lock, own);
    if (attempt === "ours") return;
    if (attempt !== "changing" && attempt.id !== told) {
      told = attempt.id;
      onWait({ pid: attempt.pid, command: attempt.command, since: attempt.since });
    }
    await clock.sleep(askAgainAfterMs, signal);
  }
}

/** A link is created together with its text, and never over another one: a lock never exists without a holder. */
async function tryLock(lock: string, own: Holder): Promise<Attempt> {
  try {
    await symlink(JSON.stringify(own), lock);
    return "ours";
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
  const found = await readLock(lock);
  if (found === undefined) return "changing";
  if (found.holder !== null && !(await isGone(found.holder))) return found.holder;
  return takeOver(lock, found.id, own);
}

/**
 * Several processes may find the same lock abandoned, and a late one must not remove the lock of the first. So a
 * process first takes a second lock, named after the abandoned one's id, and then renames it over the abandoned one in
 * one step.
 */
async function takeOver(lock: string, abandoned: string, own: Holder): Promise<Attempt> {
  const claim = `${lock}.${abandoned}`;
  if ((await tryLock(claim, own)) !== "ours") return "changing";
  if ((await readLock(lock))?.id === abandoned) {
    await rename(claim, lock);
    return "ours";
  }
  await rm(claim, { force: true });
  return "changing";
}

async function readLock(lock: string): Promise<Found | undefined> {
  try {
    const holder: unknown = JSON.parse(await readlink(lock));
    return isHolder(holder) ? { id: holder.id, holder } : { id: "unreadable", holder: null };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    if (systemCode(error) !== undefined) throw error;
    return { id: "unreadable", holder: null };
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== "object" || value === null) return false;
  const { pid, id, command, since }: Partial<Record<keyof Holder, unknown>> = value;
  return Number.isInteger(pid) && Number(pid) > 0 && [id, command, since].every((text) => typeof text === "string");
}

/** The process has ended, or its id is another one's by now. */
async function isGone({ pid, startTime, bootId }: Holder): Promise<boolean> {
  if (startTime === null || (await identify(pid)) === null) return !processExists(pid);
  return !(await isRunning({ pid, startTime, bootId }));
}

/** Ignores errors: a lock that cannot be removed counts as abandoned once this process ends. */
async function release(lock: string, own: Holder): Promise<void> {
  const found = await readLock(lock).catch(() => undefined);
  if (found?.id === own.id) await rm(lock, { force: true }).catch(() => {});
}
