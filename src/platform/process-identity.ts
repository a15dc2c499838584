import { readFileSync } from "node:fs";
import { kill } from "node:process";
import { systemCode } from "../errors/describe.ts";
import { allProcesses, findProcesses, type ProcessRow, withDescendants } from "./process-table.ts";

/** One process for good: ids are given again, ids with their start times are not. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
  /** Start times count from the boot; null where they are times of day. */
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

/** Those of these processes that still run, and are no later ones with the same ids. */
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

/** True for any process of this id, also one of another user's that is not to be seen. */
export function processExists(pid: number): boolean {
  try {
    kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

/**
 * The processes of the group that this process leads or led, and those it started outside of it. None where the id is
 * another process's now: an id is not given again while a group of that id has members.
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

/** True for what the leader of this group has left behind: it has ended itself. */
export async function isLeftBehind(pid: number, group: number): Promise<boolean> {
  const [row] = await findProcesses([pid]);
  return row?.group === group && !(await findProcesses([group])).some(isLive);
}

/** Lets go on what a signal has stopped of this process and of what belongs to it. */
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
