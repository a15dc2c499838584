import { constants } from "node:os";
import { GoatError } from "../../errors/goat-error.ts";
import { type ForegroundEnd, type ForegroundOptions, runForeground } from "../../platform/foreground.ts";
import { answers } from "../../platform/ports.ts";
import type { App } from "../app.ts";
import { openGateway, type ProjectGateway } from "./gateway.ts";
import { isAskedFor, openTap, type TapInput, type TapReport } from "./tapped.ts";
import { cloudVariables, type ProgramVariables, pastProxy, programVariables, type WhichGateway } from "./variables.ts";

export interface RunInput extends WhichGateway {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Where its output goes, and how signals reach it. */
  readonly terminal: Pick<ForegroundOptions, "stdout" | "onTerminal" | "takeSignals">;
  readonly tap: TapInput;
}

export interface RunReport {
  readonly command: string;
  /** As a shell has it: 128 and the signal's number where a signal ended it. */
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | null;
  /** Null where nothing was asked for that needs one. */
  readonly tap: TapReport | null;
}

/** Runs a program with the gateway's variables, as if it were called by itself. Throws usage, command-not-found, command-not-executable. */
export async function run({ command: words, terminal, tap, ...which }: RunInput, app: App): Promise<RunReport> {
  const [command, ...args] = words;
  if (command === undefined) throw noCommand();
  const variables = await variablesOf(which, app);
  const tapped = isAskedFor(tap) ? await openTap(tap, accessOf(variables), app) : null;
  const env = { ...app.env, ...variables, ...(tapped === null ? {} : throughTap(variables, tapped.origin, app)) };
  const end = await runForeground(command, args, { env, ...terminal, signal: app.signal });
  const told = (await tapped?.end()) ?? null;
  if (end.startError !== null) throw notStarted(command, end.startError);
  return { command, exitCode: statusOf(end), signal: end.endedBy, tap: told };
}

function accessOf(variables: ProgramVariables) {
  return { baseUrl: variables["OPENAI_BASE_URL"] ?? "", key: variables["OPENAI_API_KEY"] ?? "", service: "litellm" };
}

/** The same variables, with the tap's address in the gateway's place. */
function throughTap(variables: ProgramVariables, origin: string, { env }: App): ProgramVariables {
  const { pathname } = new URL(variables["OPENAI_BASE_URL"] ?? "");
  const url = `${origin}${pathname}`;
  return { OPENAI_BASE_URL: url, ...pastProxy(url, env) };
}
async function variablesOf(which: WhichGateway, app: App): Promise<ProgramVariables> {
  if (which.modal) return cloudVariables(which, app);
  const found = await openGateway(app);
  await warnIfSilent(found, app);
  return { ...programVariables(found), ...pastProxy(found.gateway.url, app.env) };
}

/** The command may need no gateway, so it runs all the same. */
async function warnIfSilent({ gateway }: ProjectGateway, app: App): Promise<void> {
  if (await answers(gateway.host, gateway.port)) return;
  app.emit({ type: "notice", level: "warning", text: `nothing answers at ${gateway.url}: goat-dev up` });
}

function statusOf({ exitCode, endedBy }: ForegroundEnd): number {
  return endedBy === null ? (exitCode ?? 1) : 128 + constants.signals[endedBy];
}

function noCommand(): GoatError {
  return new GoatError("usage", "no command to run", {
    fixes: [{ command: "goat-dev run -- python my_program.py", effect: "runs it with the gateway's variables" }],
  });
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
