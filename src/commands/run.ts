import { constants } from "node:os";
import { GoatError } from "../errors/goat-error.ts";
import { type ForegroundEnd, runForeground } from "../platform/foreground.ts";
import { pastProxy } from "../platform/no-proxy.ts";
import { answers } from "../platform/ports.ts";
import { cloudVariables, openGateway, type ProjectGateway, programVariables } from "./gateway-target.ts";
import type { Context, Input, Run } from "./old-command.ts";

export const run: Run = async (input, context) => {
  const [command, ...args] = input.args;
  if (command === undefined) throw noCommand();
  const variables = await variablesOf(context, input);
  const end = await runForeground(command, args, {
    env: { ...context.env, ...variables },
    // With --json stdout is goat-dev's, for one document.
    stdout: context.isData ? "to-stderr" : "inherit",
    onTerminal: context.onTerminal,
    takeSignals: context.takeSignals,
    signal: context.signal,
  });
  if (end.startError !== null) throw notStarted(command, end.startError);
  const exitCode = statusOf(end);
  context.emit({ type: "result", data: { command, exitCode, signal: end.endedBy }, text: "" });
  return exitCode;
};

/** The cloud's gateway is not asked first: that would wake it up for a command that may need none. */
const variablesOf = async (context: Context, input: Input): Promise<Readonly<Record<string, string>>> => {
  if (input.flag("modal")) return cloudVariables(context, input);
  const found = await openGateway(context, input);
  await warnIfSilent(found, context);
  return { ...programVariables(found), ...pastProxy(found.gateway.url, context.env) };
};

const noCommand = (): GoatError =>
  new GoatError("usage", "no command to run", {
    fixes: [{ command: "goat-dev run -- python my_program.py", effect: "runs it with the gateway's variables" }],
  });

/** As a shell has it: 128 and the signal's number. */
const statusOf = ({ exitCode, endedBy }: ForegroundEnd): number =>
  endedBy === null ? (exitCode ?? 1) : 128 + constants.signals[endedBy];

/** The command may need no gateway, so it runs all the same. */
const warnIfSilent = async ({ gateway }: ProjectGateway, context: Context): Promise<void> => {
  if (await answers(gateway.host, gateway.port)) return;
  context.emit({ type: "notice", level: "warning", text: `nothing answers at ${gateway.url}: goat-dev up` });
};

const notStarted = (command: string, why: string): GoatError => {
  if (why === "ENOENT") {
    return new GoatError("command-not-found", `there is no command ${command}`, {
      fixes: [{ command: "goat-dev run -- sh -c '…'", effect: "runs a line of shell" }],
    });
  }
  return new GoatError("command-not-executable", `${command} cannot be run: ${why}`, {
    fixes: [{ command: `ls -l ${command}`, effect: "shows who may run it" }],
  });
};
