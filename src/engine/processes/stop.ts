import { constants } from "node:os";
import { GoatError } from "../../errors/goat-error.ts";
import type { Operation } from "../../model/plan.ts";
import {
  familyOf,
  isRunning,
  type ProcessIdentity,
  resumeFamily,
  signalProcess,
  stillRunning,
} from "../../platform/process-identity.ts";
import { findIn, type Host, noteEnd, runKey, runs } from "./host.ts";
import type { Container } from "./records.ts";

type Op = Extract<Operation, { type: "stop-container" }>;

const askAgainAfterMs = 15;

/** The grace period of container engines where none is set. */
const usualGraceMs = 10_000;

/** A killed process that stays longer waits for a disk or a network file system. */
const killLimitMs = 10_000;

const killed = 137;

/** SIGTERM, TERM, term and 15 are one signal. Throws engine-refused for a signal that this system does not have. */
export function toSignal(text: string): NodeJS.Signals {
  const upper = text.trim().toUpperCase();
  const byNumber = Object.entries(constants.signals).find(([, number]) => String(number) === upper)?.[0];
  const name = byNumber ?? (upper.startsWith("SIG") ? upper : `SIG${upper}`);
  if (isSignal(name)) return name;
  throw new GoatError("engine-refused", `"${text}" is no signal of this system`);
}

function isSignal(name: string): name is NodeJS.Signals {
  return Object.hasOwn(constants.signals, name);
}

/**
 * Kills a process and its family with SIGKILL; `seen` are members found earlier that may have lost their parent since.
 * Throws engine-refused for a process of another user, and for one that does not end within 10 s.
 */
export async function endFamily(
  { clock }: Host,
  leader: ProcessIdentity,
  signal: AbortSignal,
  seen: readonly ProcessIdentity[] = [],
): Promise<void> {
  const begin = clock.now();
  for (;;) {
    const left = [...(await familyOf(leader)), ...(await stillRunning(seen))];
    if (left.length === 0) return;
    if (clock.now() - begin > killLimitMs)
      throw new GoatError(
        "engine-refused",
        `process ${left[0]?.pid} did not end within ${killLimitMs / 1000} s of SIGKILL`,
      );
    for (const member of left) await kill(member);
    await clock.sleep(askAgainAfterMs, signal);
  }
}

async function kill(identity: ProcessIdentity): Promise<void> {
  if ((await signalProcess(identity, "SIGKILL")) === "forbidden") throw forbidden(identity.pid);
}

function forbidden(pid: number): GoatError {
  return new GoatError("engine-refused", `process ${pid} belongs to another user`, {
    fixes: [{ command: `ps -o user= -p ${pid}`, effect: "says whose it is: run goat-dev as that user" }],
  });
}

/** Sends the stop signal to the main process, waits for the grace period, then kills what is left of its family. */
export async function stopContainer(host: Host, op: Op, signal: AbortSignal): Promise<void> {
  const found = findIn(host, op.container)?.found;
  const main = found?.record.process ?? null;
  if (found === undefined || main === null) return;
  if (!(await runs(found))) return endFamily(host, main, signal);
  const seen = await familyOf(main);
  if ((await signalProcess(main, signalOf(op, found))) === "forbidden") throw forbidden(main.pid);
  // A paused process cannot act on the stop signal before it is resumed.
  await resumeFamily(main);
  const grace = op.graceMs ?? found.record.stopGraceMs ?? usualGraceMs;
  const ended = await ends(host, main, grace, signal);
  await endFamily(host, main, signal, seen);
  await settle(host, found, ended ? null : killed);
}

function signalOf(op: Op, { record }: Container): NodeJS.Signals {
  const asked = op.signal ?? record.stopSignal;
  return asked === null ? (record.process?.stopSignal ?? "SIGTERM") : toSignal(asked);
}

/** True where it ended within the time. */
async function ends({ clock }: Host, identity: ProcessIdentity, withinMs: number, signal: AbortSignal) {
  const begin = clock.now();
  while (await isRunning(identity)) {
    if (clock.now() - begin >= withinMs) return false;
    await clock.sleep(askAgainAfterMs, signal);
  }
  return true;
}

/** Waits for the exit status where this process started the container; else records `exitCode`, null for unknown. */
async function settle(host: Host, { record }: Container, exitCode: number | null): Promise<void> {
  if (record.process === null) return;
  const own = host.children.get(runKey(record));
  if (own !== undefined) await own;
  else await noteEnd(host, record, exitCode);
}

/** Ends a container's processes at once. */
export async function killContainer(host: Host, found: Container, signal: AbortSignal): Promise<void> {
  const main = found.record.process;
  if (main === null) return;
  const ran = await runs(found);
  await endFamily(host, main, signal, await familyOf(main));
  if (ran) await settle(host, found, killed);
}
