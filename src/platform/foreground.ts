import { spawn } from "node:child_process";
import { systemCode } from "../errors/describe.ts";

export interface ForegroundOptions {
  /** The whole environment of the program. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Its standard output; the other streams are this process's own. */
  readonly stdout: "inherit" | "to-stderr";
  /** True where a terminal sends the program the signals of its keys (Ctrl-C, Ctrl-\) by itself. */
  readonly onTerminal: boolean;
  /** Hands over this process's signals until the returned function is called. */
  takeSignals(take: (signal: NodeJS.Signals) => void): () => void;
  /** Aborting asks the program to end. */
  readonly signal: AbortSignal;
}

export interface ForegroundEnd {
  /** Null where it did not start or a signal ended it. */
  readonly exitCode: number | null;
  readonly endedBy: NodeJS.Signals | null;
  /** Such as ENOENT or EACCES; null where it started. */
  readonly startError: string | null;
}

/** A terminal sends these to all programs in front at once: passed on, they would come twice. */
const fromKeys: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT"];

/** Runs a program in this one's place: its streams, its terminal, its signals. Resolves when it has ended. */
export function runForeground(
  command: string,
  args: readonly string[],
  options: ForegroundOptions,
): Promise<ForegroundEnd> {
  const stdout = options.stdout === "inherit" ? "inherit" : 2;
  const child = spawn(command, [...args], { env: { ...options.env }, stdio: ["inherit", stdout, "inherit"] });
  const giveBack = options.takeSignals((name) => {
    if (!options.onTerminal || !fromKeys.includes(name)) child.kill(name);
  });
  const end = (): void => void child.kill("SIGTERM");
  if (options.signal.aborted) end();
  options.signal.addEventListener("abort", end, { once: true });
  return new Promise<ForegroundEnd>((resolve) => {
    child.once("error", (error) => {
      // A signal that could not be sent also emits an error, but then the program goes on.
      if (child.pid === undefined)
        resolve({ exitCode: null, endedBy: null, startError: systemCode(error) ?? "unknown" });
    });
    child.once("close", (exitCode, endedBy) => resolve({ exitCode, endedBy, startError: null }));
  }).finally(() => {
    giveBack();
    options.signal.removeEventListener("abort", end);
  });
}
