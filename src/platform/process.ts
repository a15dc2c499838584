import { kill } from "node:process";
import { Readable } from "node:stream";

export interface RunOptions {
  /** The whole environment of the program: nothing of this process's own is added. */
  readonly env: Readonly<Record<string, string>>;
  /** Aborting ends the program and every process in its group. */
  readonly signal: AbortSignal;
  readonly cwd?: string;
  /** The user to run the program as; only root may choose one. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Written to its standard input, which is otherwise closed. */
  readonly input?: string | AsyncIterable<Uint8Array>;
  /** An open file as its standard input, in place of `input`. */
  readonly inputFd?: number;
  /** Milliseconds from SIGTERM until SIGKILL; 2000 where left out. */
  readonly graceMs?: number;
  /** Output as it comes, in pieces of any size. */
  onData?(stream: "stdout" | "stderr", text: string): void;
}

export interface RunResult {
  /** Null where it did not start or a signal ended it. */
  readonly exitCode: number | null;
  /** Such as SIGKILL; null where it ended by itself. */
  readonly endedBy: string | null;
  /** Such as ENOENT or EACCES; null where it started. */
  readonly startError: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program without a shell and returns how it ended. Throws only the signal's reason, or its input's error. */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  options.signal.throwIfAborted();
  const { execa } = await import("execa");
  const child = execa(command, args, {
    env: { ...options.env },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    // In its own process group: the program's children hold its pipes open, so they must be ended with it.
    detached: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...options.user,
    ...(options.input === undefined ? { stdin: stdinOf(options) } : { input: inputOf(options.input) }),
  });
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => options.onData?.(stream, text));
  }
  const stopWatching = endGroupOnAbort(child.pid, options);
  const result = await child;
  stopWatching();
  options.signal.throwIfAborted();
  // The program exited with 0, but writing its input failed.
  if (result.failed && result.exitCode === 0) throw result.cause;
  return {
    exitCode: result.exitCode ?? null,
    endedBy: result.signal ?? null,
    startError: result.exitCode === undefined && result.signal === undefined ? (result.code ?? "unknown") : null,
    stdout: result.stdout,
    stderr: result.stderr,
  };
}

function inputOf(input: string | AsyncIterable<Uint8Array>): string | Readable {
  return typeof input === "string" ? input : Readable.from(input, { objectMode: false });
}

/** execa accepts any file descriptor as stdin; its types allow only those of this process's own streams. */
function stdinOf({ inputFd }: RunOptions): "ignore" | 0 {
  return inputFd === undefined ? "ignore" : (inputFd as 0);
}

function endGroupOnAbort(pid: number | undefined, options: RunOptions): () => void {
  if (pid === undefined) return () => {};
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    signalGroup(pid, "SIGTERM");
    timer = setTimeout(() => signalGroup(pid, "SIGKILL"), options.graceMs ?? 2_000);
  };
  options.signal.addEventListener("abort", end, { once: true });
  if (options.signal.aborted) end();
  return () => {
    options.signal.removeEventListener("abort", end);
    clearTimeout(timer);
  };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}
