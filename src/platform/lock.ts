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
  /** The lock is the link `<path>.lock`, which leads nowhere and says who holds it. */
  readonly path: string;
  readonly pid: number;
  readonly command: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called once for each holder that is waited for. */
  onWait(holder: LockHolder): void;
}

export type Release = () => Promise<void>;

/** Start time and boot are null where they cannot be known, as for a process that another user hides. */
interface Holder extends LockHolder {
  readonly startTime: string | null;
  readonly bootId: string | null;
  /** One taking of the lock, never another one. */
  readonly id: string;
}

/** A lock as it stands: what nobody can read is nobody's. */
type Found = { readonly id: string; readonly holder: Holder | null };

/** Ours; changing hands just now, so that it has to be asked again; or somebody else's. */
type Attempt = "ours" | "changing" | Holder;

const askAgainAfterMs = 100;

/**
 * Takes the lock, waiting for whoever holds it. A lock is given up by its holder's end, however it ends, and is then taken over at once.
 * Rejects with the signal's reason when it fires, and with file-unwritable or disk-full where the folder cannot be written.
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

/** A link is made with its text or not at all, and never over another: there is no moment in which a lock is nobody's. */
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
 * Many can find the same lock abandoned, and one that is late must not remove the lock of who was first. So an abandoned lock is taken
 * over by whoever holds a second one, named after it, which then takes its place in one step.
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

/** What cannot be removed is given up when this process ends. */
async function release(lock: string, own: Holder): Promise<void> {
  const found = await readLock(lock).catch(() => undefined);
  if (found?.id === own.id) await rm(lock, { force: true }).catch(() => {});
}
