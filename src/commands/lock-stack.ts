import type { EngineInfo } from "../engine/engine.ts";
import { describe } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import { deadline } from "../platform/deadline.ts";
import { formatAge, formatDuration } from "../platform/format.ts";
import { acquireLock, type LockHolder, type Release } from "../platform/lock.ts";
import { ensureStateFolder, lockPath, userStateFolder } from "../project/state.ts";
import type { Context } from "./command.ts";
import type { Session } from "./session.ts";

/**
 * One at a time for each engine and project name: a second command waits, and says for whom.
 * Throws stack-locked when `--timeout` passes before the other is done.
 */
export const lockStack = async (
  context: Context,
  info: EngineInfo,
  session: Session,
  command: string,
): Promise<Release> => {
  const { stack, settings } = session;
  using limit = settings.timeoutMs === null ? null : deadline(context.signal, settings.timeoutMs);
  let waitedFor = "another goat-dev";
  const acquire = (folder: string): Promise<Release> =>
    acquireLock({
      path: lockPath(folder, engineKey(info), stack.name),
      pid: context.pid,
      command: `goat-dev ${command}`,
      clock: context.clock,
      signal: limit?.signal ?? context.signal,
      onWait: (holder) => {
        waitedFor = holderText(holder);
        const text = `waiting for ${waitedFor}, which works on ${stack.name}${sinceText(holder, context)}`;
        context.emit({ type: "notice", level: "info", text });
      },
    });
  try {
    return await acquireFirst(stateFolders(context, session), acquire);
  } catch (error) {
    if (limit?.isOver() !== true) throw error;
    const waited = formatDuration(settings.timeoutMs ?? 0);
    throw new GoatError("stack-locked", `${waitedFor} still works on ${stack.name} after ${waited}`, {
      fixes: [{ command: `goat-dev ${command}`, effect: "without --timeout waits until it is done" }],
    });
  }
};

/** What an engine's state is kept under. */
export const engineKey = ({ kind, endpoint }: EngineInfo): string => `${kind} ${endpoint}`;

/** A home that cannot be written, as in some CI jobs, is no reason to stop: the project's own folder does for its own stack. */
export const stateFolders = (context: Context, { environment }: Session): readonly [string, string] => [
  userStateFolder({ platform: context.platform, home: context.home, env: context.env }),
  environment.project.stateDir,
];

const acquireFirst = async (
  [first, second]: readonly [string, string],
  acquire: (folder: string) => Promise<Release>,
): Promise<Release> => {
  try {
    return await acquire(first);
  } catch (error) {
    if (describe(error).code !== "file-unwritable") throw error;
    await ensureStateFolder(second);
    return acquire(second);
  }
};

const holderText = (holder: LockHolder | null): string =>
  holder === null ? "another goat-dev" : `${holder.command} (pid ${holder.pid})`;

const sinceText = (holder: LockHolder | null, { clock }: Context): string =>
  holder === null ? "" : ` for ${formatAge(clock.date().getTime() - Date.parse(holder.since))}`;
