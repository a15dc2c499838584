import { readFileSync } from "node:fs";
import { kill } from "node:process";
import { systemCode } from "../errors/describe.ts";
import { allProcesses, findProcesses, type ProcessRow, withDescendants } from "./process-table.ts";

/** Identifies one process for good: the system reuses a process id, but never together with its start time. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
  /** Linux counts start times from the boot, so they need its id; null where start times are dates, as on macOS. */
  readonly bootId: string | null;
}

export type Sent = "sent" | "gone" | "forbidden";

/** Null where there is no such process. */
export async function identify(pid: number): Promise<ProcessIdentity | null> {
  const [row] = await findProcesses([pid]);
  return row === undefined ? null : { pid, startTime: row.startTime, bootId: readBootId() };
}

function readBootId(): string | null {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return null;
  }
}

/** Those of these processes that still run. A later process that reuses an id does not count. */
export function stillRunning(identities: readonly ProcessIdentity[]): Promise<ReadonlySet<ProcessIdentity>> {
  return those(identities, isLive);
}

/** Those of these processes that a signal has stopped. */
export function stoppedAmong(identities: readonly ProcessIdentity[]): Promise<ReadonlySet<ProcessIdentity>> {
  return those(identities, ({ isStopped }) => isStopped);
}

async function those(identities: readonly ProcessIdentity[], are: (row: ProcessRow) => boolean) {
  const bootId = readBootId();
  const ofThisBoot = identities.filter((identity) => identity.bootId === bootId);
  const rows = (await findProcesses(ofThisBoot.map(({ pid }) => pid))).filter(are);
  return new Set(ofThisBoot.filter((identity) => rows.some((row) => isRow(identity, row))));
}

function isLive({ isOver }: ProcessRow): boolean {
  return !isOver;
}

function isRow({ pid, startTime }: ProcessIdentity, row: ProcessRow): boolean {
  return row.pid === pid && row.startTime === startTime;
}

export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await stillRunning([identity])).has(identity);
}

/** True where any process has this id, even another user's that this one may not inspect. */
export function processExists(pid: number): boolean {
  try {
    kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

/**
 * The processes of the group that `leader` leads or led, and their descendants outside it. Empty where another process
 * has its id by now: the system does not reuse an id while a process group of that id has members.
 */
export async function familyOf(leader: ProcessIdentity): Promise<readonly ProcessIdentity[]> {
  const bootId = readBootId();
  if (leader.bootId !== bootId) return [];
  const rows = await allProcesses();
  const now = rows.find(({ pid }) => pid === leader.pid);
  if (now !== undefined && !isRow(leader, now)) return [];
  const family = withDescendants(rows, leader.pid).filter(isLive);
  return family.map(({ pid, startTime }) => ({ pid, startTime, bootId }));
}

/** True where the process belongs to this group and the group's leader has ended. */
export async function isLeftBehind(pid: number, group: number): Promise<boolean> {
  const [row] = await findProcesses([pid]);
  return row?.group === group && !(await findProcesses([group])).some(isLive);
}

/** Sends SIGCONT to this process and its family, as far as a signal has stopped them. */
export async function resumeFamily(leader: ProcessIdentity): Promise<void> {
  for (const member of await stoppedAmong(await familyOf(leader))) await signalProcess(member, "SIGCONT");
}

/** Sends a signal to this process and to no later one with its id. */
export async function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): Promise<Sent> {
  if (!(await isRunning(identity))) return "gone";
  try {
    kill(identity.pid, signal);
    return "sent";
  } catch (error) {
    return systemCode(error) === "EPERM" ? "forbidden" : "gone";
  }
}
