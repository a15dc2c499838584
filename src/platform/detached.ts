import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { identify, type ProcessIdentity } from "./process-identity.ts";

export interface DetachedRequest {
  readonly command: readonly [string, ...string[]];
  /** The whole environment: nothing of this process's own is added. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Both output streams are appended to this file. */
  readonly outputFile: string;
  readonly user?: { readonly uid: number; readonly gid: number };
}

export interface Detached {
  /** Null where it had ended before anybody could look. */
  readonly identity: ProcessIdentity | null;
  readonly pid: number;
  /** The exit status, or 128 plus the number of the signal that ended it; known only while this process runs. */
  readonly ended: Promise<number>;
}

const closeOnExec = 0o2000000;

/**
 * Open descriptors above 2 that a child would inherit: pipes and locks of our caller, which would wait for them as long
 * as the child runs. Empty on systems other than Linux, where they cannot be listed.
 */
export function inheritedDescriptors(proc = "/proc/self"): readonly number[] {
  try {
    return readdirSync(`${proc}/fdinfo`)
      .map(Number)
      .filter((descriptor) => descriptor > 2 && (flagsOf(`${proc}/fdinfo/${descriptor}`) & closeOnExec) === 0);
  } catch {
    return [];
  }
}

function flagsOf(path: string): number {
  try {
    return Number.parseInt(/^flags:\s*([0-7]+)/m.exec(readFileSync(path, "utf8"))?.[1] ?? "", 8);
  } catch {
    // The descriptor was the one that listed the folder, and is closed by now.
    return closeOnExec;
  }
}

/**
 * Starts a program that outlives this process, without a shell and in a new session. Throws the system's error (ENOENT,
 * EACCES) where it does not start.
 */
export async function spawnDetached(request: DetachedRequest): Promise<Detached> {
  const [file, ...args] = request.command;
  const output = openSync(request.outputFile, "a", 0o600);
  const nothing = openSync("/dev/null", "r+");
  const stdio: (number | "ignore" | null)[] = ["ignore", output, output];
  for (const descriptor of inheritedDescriptors()) stdio[descriptor] = nothing;
  try {
    const child = spawn(file, args, {
      cwd: request.cwd,
      env: { ...request.environment },
      stdio: Array.from(stdio, (stream) => stream ?? null),
      detached: true,
      ...request.user,
    });
    const ended = new Promise<number>((resolve) => {
      child.once("exit", (code, signal) => resolve(statusOf(code, signal)));
    });
    const { pid } = child;
    if (pid === undefined) {
      const [error] = await once(child, "error");
      throw error;
    }
    child.unref();
    return { pid, identity: await identify(pid), ended };
  } finally {
    closeSync(output);
    closeSync(nothing);
  }
}

/** Shells' way to say that a signal ended a process. */
function statusOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
