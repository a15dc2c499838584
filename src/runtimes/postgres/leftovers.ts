import { readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "../../engine/processes/runtime.ts";
import { systemClock } from "../../platform/clock.ts";
import { run } from "../../platform/process.ts";
import { identify, type ProcessIdentity, signalProcess, stillRunning } from "../../platform/process-identity.ts";
import { readTextIfThere } from "../../platform/text-file.ts";

const askAgainAfterMs = 20;

/**
 * First a fast shutdown, for which a busy server needs time; then SIGTERM for each process; then SIGKILL, which loses
 * no data, since the next server replays its log.
 */
const escalation: readonly { readonly signal: NodeJS.Signals; readonly waitMs: number }[] = [
  { signal: "SIGINT", waitMs: 10_000 },
  { signal: "SIGTERM", waitMs: 2_000 },
  { signal: "SIGKILL", waitMs: 5_000 },
];

/**
 * Ids of the processes that work in `folder`, from the output of `lsof -Fpn`: a line for each process, then one for its
 * folder.
 */
export function readLsof(text: string, folder: string): readonly number[] {
  let pid = 0;
  const found: number[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("p")) pid = Number(line.slice(1));
    else if (line === `n${folder}`) found.push(pid);
  }
  return found;
}

/**
 * Ends the processes that a former server left behind on this data folder: after a kill -9 of the server, its backends
 * go on until their queries end, and no new server can start beside them.
 */
export async function endLeftovers(machine: Machine, data: string, signal: AbortSignal): Promise<void> {
  for (const { signal: name, waitMs } of escalation) {
    const processes = await serverProcesses(machine, data, signal);
    if (processes.length === 0) break;
    for (const one of addressees(data, processes, name)) await signalProcess(one, name);
    await untilGone(processes, waitMs, signal);
  }
  // The process id in the file may by now be another process's, and would keep the next server from starting.
  if ((await serverProcesses(machine, data, signal)).length === 0)
    await rm(join(data, "postmaster.pid"), { force: true });
}

/**
 * Finds a server's processes by their working folder, which is the data folder; the id in postmaster.pid is no proof.
 */
async function serverProcesses(
  machine: Machine,
  data: string,
  signal: AbortSignal,
): Promise<readonly ProcessIdentity[]> {
  let folder: string;
  try {
    folder = realpathSync(data);
  } catch {
    return [];
  }
  const pids = machine.platform === "linux" ? onLinux(folder) : await byLsof(folder, signal);
  const identities = await Promise.all(pids.map(identify));
  return identities.filter((identity) => identity !== null);
}

function onLinux(folder: string): readonly number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => nameOnLinux(pid) === "postgres" && readLinkOr(`/proc/${pid}/cwd`) === folder)
    .map(Number);
}

function nameOnLinux(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}

function readLinkOr(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

async function byLsof(folder: string, signal: AbortSignal): Promise<readonly number[]> {
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
  const { stdout } = await run("lsof", ["-a", "-c", "postgres", "-d", "cwd", "-Fpn"], { env, signal });
  return readLsof(stdout, folder);
}

/**
 * The processes to signal: for a fast shutdown only the main process if it lives, because it ends its children in
 * order.
 */
function addressees(
  data: string,
  processes: readonly ProcessIdentity[],
  signal: NodeJS.Signals,
): readonly ProcessIdentity[] {
  const server = Number(readTextIfThere(join(data, "postmaster.pid"))?.split("\n")[0]);
  const living = processes.filter(({ pid }) => pid === server);
  return signal === "SIGINT" && living.length > 0 ? living : processes;
}

async function untilGone(processes: readonly ProcessIdentity[], waitMs: number, signal: AbortSignal): Promise<boolean> {
  const until = systemClock.now() + waitMs;
  while ((await stillRunning(processes)).size > 0) {
    if (systemClock.now() > until) return false;
    await systemClock.sleep(askAgainAfterMs, signal);
  }
  return true;
}
