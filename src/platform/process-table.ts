import { existsSync, readdirSync, readFileSync } from "node:fs";

/** One process. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** When it began, in the system's own words: two processes of one id never share it. */
  readonly startTime: string;
  /** True for a zombie: all its threads have ended, and only its parent has not yet collected its status. */
  readonly isOver: boolean;
  /** True where a signal has stopped it, until SIGCONT. */
  readonly isStopped: boolean;
  /** Null on Linux, where `residentBytes()` reads it from /proc when it is needed. */
  readonly residentBytes: number | null;
}

const proc = "/proc";

/**
 * Parses /proc/PID/stat. The process's name is in parentheses and may itself hold parentheses and spaces. The state is
 * only that of the first thread: while others live, the process still holds its ports and files.
 */
export function parseStat(pid: number, text: string): ProcessRow | undefined {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group] = fields;
  const threads = Number(fields[17]);
  const startTime = fields[19];
  if (state === undefined || startTime === undefined) return undefined;
  const isOver = (state === "Z" && threads <= 1) || state === "X";
  const isStopped = state === "T";
  return { pid, parent: Number(parent), group: Number(group), startTime, isOver, isStopped, residentBytes: null };
}

/** Lines of `ps -o pid=,ppid=,pgid=,rss=,stat=,lstart=`. */
export function parsePs(text: string): readonly ProcessRow[] {
  return text.split("\n").flatMap((line) => {
    const [pid, parent, group, kib, state, ...started] = line.trim().split(/\s+/);
    if (pid === undefined || state === undefined || started.length === 0) return [];
    const numbers = { pid: Number(pid), parent: Number(parent), group: Number(group) };
    const [isOver, isStopped] = [state.startsWith("Z"), state.startsWith("T")];
    return [{ ...numbers, startTime: started.join(" "), isOver, isStopped, residentBytes: Number(kib) * 1024 }];
  });
}

/** Those of these processes that exist. On Linux they are read synchronously, before the first await. */
export async function findProcesses(pids: readonly number[]): Promise<readonly ProcessRow[]> {
  if (pids.length === 0) return [];
  if (hasFiles()) return pids.flatMap((pid) => readStat(pid) ?? []);
  return ps(["-p", pids.join(",")]);
}

/** True on Linux, where /proc can be read without starting `ps`. */
function hasFiles(): boolean {
  return existsSync(`${proc}/self/stat`);
}

function readStat(pid: number): ProcessRow | undefined {
  try {
    return parseStat(pid, readFileSync(`${proc}/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

async function ps(which: readonly string[]): Promise<readonly ProcessRow[]> {
  const { execFile } = await import("node:child_process");
  return new Promise((resolve) => {
    const args = [...which, "-o", "pid=,ppid=,pgid=,rss=,stat=,lstart="];
    const env = { LC_ALL: "C", PATH: "/bin:/usr/bin" };
    // It exits with 1 where none of the processes is there.
    execFile("ps", args, { env, maxBuffer: 16 * 1024 * 1024 }, (_error, stdout) => resolve(parsePs(stdout)));
  });
}

export async function allProcesses(): Promise<readonly ProcessRow[]> {
  if (!hasFiles()) return ps(["-ax"]);
  return readdirSync(proc).flatMap((entry) => (/^\d+$/.test(entry) ? (readStat(Number(entry)) ?? []) : []));
}

/** This process, the members of its process group, and all their descendants whose chain of parents still runs. */
export function withDescendants(rows: readonly ProcessRow[], pid: number): readonly ProcessRow[] {
  const family = new Set([pid]);
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const row of rows) if (row.group === pid || family.has(row.parent)) family.add(row.pid);
  }
  return rows.filter((row) => family.has(row.pid));
}

/** Resident bytes of related processes. On Linux, shared memory counts once: the largest amount among them. */
export function residentBytes(rows: readonly ProcessRow[]): number {
  if (!hasFiles()) return rows.reduce((sum, row) => sum + (row.residentBytes ?? 0), 0);
  let own = 0;
  let shared = 0;
  for (const { pid } of rows) {
    const status = readStatus(pid);
    const sharable = kibOf(status, "RssFile") + kibOf(status, "RssShmem");
    own += kibOf(status, "VmRSS") - sharable;
    shared = Math.max(shared, sharable);
  }
  return (own + shared) * 1024;
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`${proc}/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

function kibOf(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s*(\\d+) kB$`, "m").exec(status)?.[1] ?? 0);
}
