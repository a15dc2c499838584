import type { EngineInfo } from "../engine/engine.ts";
import { describe } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import { deadline } from "../platform/deadline.ts";
import { formatAge, formatDuration } from "../platform/format.ts";
import { acquireLock, type LockHolder, type Release } from "../platform/lock.ts";
import { ensureStateFolder, lockPath, userStateFolder } from "../project/state.ts";
import type { App } from "./app.ts";
import type { OpenStack } from "./project.ts";

/**
 * Takes the stack's lock, one for each engine and project name. A second command waits, and says which command it waits
 * for. `command` is what was typed after goat-dev. Throws stack-locked when `--timeout` passes before the other one is
 * done.
 */
export async function lockStack(open: OpenStack, command: string, app: App): Promise<AsyncDisposable> {
  const { stack, settings, info } = open;
  return lockNamed(
    stack.name,
    { engine: engineKey(info), timeoutMs: settings.timeoutMs, folders: stateFolders(open, app) },
    command,
    app,
  );
}

interface LockPlace {
  /** The result of `engineKey`; empty for a lock that belongs to no engine. */
  readonly engine: string;
  readonly timeoutMs: number | null;
  /** The second where the first cannot be written. */
  readonly folders: readonly [string, string];
}

/** Like `lockStack`, but by the stack's name alone, since its project may be gone. */
export async function lockNamed(
  stack: string,
  { engine, timeoutMs, folders }: LockPlace,
  command: string,
  app: App,
): Promise<AsyncDisposable> {
  using limit = timeoutMs === null ? null : deadline(app.signal, timeoutMs);
  let waitedFor = "another goat-dev";
  const acquire = (folder: string): Promise<Release> =>
    acquireLock({
      path: lockPath(folder, engine, stack),
      pid: app.pid,
      command: `goat-dev ${command}`,
      clock: app.clock,
      signal: limit?.signal ?? app.signal,
      onWait: (holder) => {
        waitedFor = holderText(holder);
        const text = `waiting for ${waitedFor}, which works on ${stack}${sinceText(holder, app)}`;
        app.emit({ type: "notice", level: "info", text });
      },
    });
  try {
    const release = await acquireFirst(folders, acquire);
    return { [Symbol.asyncDispose]: release };
  } catch (error) {
    if (limit?.isOver() !== true) throw error;
    const waited = formatDuration(timeoutMs ?? 0);
    throw new GoatError("stack-locked", `${waitedFor} still works on ${stack} after ${waited}`, {
      fixes: [{ command: `goat-dev ${command}`, effect: "without --timeout waits until it is done" }],
    });
  }
}

/** Names an engine in the paths of locks and claims. */
export function engineKey({ kind, endpoint }: EngineInfo): string {
  return `${kind} ${endpoint}`;
}

/**
 * The folders for the stack's lock and claim: the user's state folder, and the project's own for where the first is
 * full or cannot be written, as in some CI jobs.
 */
export function stateFolders({ environment }: OpenStack, { platform, home, env }: App): readonly [string, string] {
  return [userStateFolder({ platform, home, env }), environment.project.stateDir];
}

async function acquireFirst(
  [first, second]: readonly [string, string],
  acquire: (folder: string) => Promise<Release>,
): Promise<Release> {
  try {
    return await acquire(first);
  } catch (error) {
    if (!["file-unwritable", "disk-full"].includes(describe(error).code)) throw error;
    await ensureStateFolder(second);
    return acquire(second);
  }
}

function holderText({ command, pid }: LockHolder): string {
  return `${command} (pid ${pid})`;
}

function sinceText({ since }: LockHolder, { clock }: App): string {
  return ` for ${formatAge(clock.date().getTime() - Date.parse(since))}`;
}
