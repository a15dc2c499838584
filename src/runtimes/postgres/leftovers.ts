import { readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "../../engine/processes/runtime.ts";
import { systemClock } from "../../platform/clock.ts";
import { run } from "../../platform/process.ts";
import { identify, type ProcessIdentity, signalProcess, stillRunning } from "../../platform/process-identity.ts";
import { readTextIfThere } from "../../platform/text-file.ts";

const askAgainAfterMs = 20;

/** Fast shutdown first, which a server at work needs time for; then each by itself; then by force, which loses nothing: the log is replayed. */
const escalation: readonly { readonly signal: NodeJS.Signals; readonly waitMs: number }[] = [
  { signal: "SIGINT", waitMs: 10_000 },
  { signal: "SIGTERM", waitMs: 2_000 },
  { signal: "SIGKILL", waitMs: 5_000 },
];

/** The output of `lsof -Fpn`: a line for the process, then one for the folder it is in. */
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
 * Ends what still works on these data without being known: after a kill -9 of the server its backends go on for as long as
 * their queries take, and no new server starts beside them.
 */
export async function endLeftovers(machine: Machine, data: string, signal: AbortSignal): Promise<void> {
  for (const { signal: name, waitMs } of escalation) {
    const processes = await serverProcesses(machine, data, signal);
    if (processes.length === 0) break;
    for (const one of addressees(data, processes, name)) await signalProcess(one, name);
    await untilGone(processes, waitMs, signal);
  }
  // Its number may be another process's by now, and would keep the next server from starting.
  if ((await serverProcesses(machine, data, signal)).length === 0)
    await rm(join(data, "postmaster.pid"), { force: true });
}

/** Every process of a server works in its data folder: that, and not a number in a file, tells whose it is. */
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

/** A server that lives ends its own children in order. */
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
