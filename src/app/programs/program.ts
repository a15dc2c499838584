import { constants } from "node:os";
import { GoatError } from "../../errors/goat-error.ts";
import { type ForegroundEnd, type ForegroundOptions, runForeground } from "../../platform/foreground.ts";
import type { App } from "../app.ts";
import { anthropicVariables, type ProgramVariables, pastProxy } from "./point-at.ts";
import type { Tapped, TapReport } from "./tapped.ts";

/** A program to run in goat-dev's place. */
export interface ProgramInput {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Where its output goes, and how signals reach it. */
  readonly terminal: Pick<ForegroundOptions, "stdout" | "onTerminal" | "takeSignals">;
}

/** What a program is run with. */
interface Surroundings {
  readonly variables: ProgramVariables;
  readonly tapped: Tapped | null;
  /** With the variables of Anthropic's clients, too. */
  readonly anthropic: boolean;
}

export interface RunReport {
  readonly command: string;
  /** As a shell reports it: 128 plus the signal's number where a signal ended the program. */
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | null;
  /** Null where no option needed the tap. */
  readonly tap: TapReport | null;
}

/** Throws usage where there is no command. */
export function commandOf({ command: words }: ProgramInput, example: string): string {
  const [command] = words;
  if (command !== undefined) return command;
  throw new GoatError("usage", "no command to run", {
    fixes: [{ command: example, effect: "runs it with the gateway's variables" }],
  });
}

/** Runs it to its end, and then ends the tap. Throws command-not-found, command-not-executable. */
export async function runProgram(
  { command: words, terminal }: ProgramInput,
  { variables, tapped, anthropic }: Surroundings,
  app: App,
): Promise<RunReport> {
  const [command = "", ...args] = words;
  const own = { ...variables, ...(tapped === null ? {} : throughTap(variables, tapped.origin, app)) };
  // An ANTHROPIC_API_KEY of the shell would be sent in place of the gateway's key.
  const others = anthropic ? { ...anthropicVariables(own), ANTHROPIC_API_KEY: undefined } : {};
  const env = { ...app.env, ...own, ...others };
  const end = await runForeground(command, args, { env, ...terminal, signal: app.signal });
  const tap = (await tapped?.end(end.exitCode === 0)) ?? null;
  if (end.startError !== null) throw notStarted(command, end.startError);
  return { command, exitCode: statusOf(end), signal: end.endedBy, tap };
}

/** The tap's address in the gateway's place. */
function throughTap(variables: ProgramVariables, origin: string, { env }: App): ProgramVariables {
  const { pathname } = new URL(variables["OPENAI_BASE_URL"] ?? "");
  const url = `${origin}${pathname}`;
  return { OPENAI_BASE_URL: url, ...pastProxy(url, env) };
}

function statusOf({ exitCode, endedBy }: ForegroundEnd): number {
  return endedBy === null ? (exitCode ?? 1) : 128 + constants.signals[endedBy];
}

function notStarted(command: string, why: string): GoatError {
  if (why === "ENOENT") {
    return new GoatError("command-not-found", `there is no command ${command}`, {
      fixes: [{ command: "goat-dev run -- sh -c '…'", effect: "runs a line of shell" }],
    });
  }
  return new GoatError("command-not-executable", `${command} cannot be run: ${why}`, {
    fixes: [{ command: `ls -l ${command}`, effect: "shows who may run it" }],
  });
}
