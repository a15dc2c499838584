import { describe } from "../../errors/describe.ts";
import { isAnswering, unreachable } from "../../gateway/access.ts";
import { gatewayAccess } from "../../stack/plan/endpoints.ts";
import type { App } from "../app.ts";
import { openProject } from "../project.ts";
import { becauseOfStack } from "./because.ts";
import { openRecording } from "./cassette-session.ts";
import { openGateway, type ProjectGateway } from "./gateway.ts";
import { type ProgramVariables, pastProxy } from "./point-at.ts";
import { commandOf, type ProgramInput, type RunReport, runProgram } from "./program.ts";
import { isAskedFor, readTapInput, type TapInput, type WrittenOptions } from "./tap-input.ts";
import { openTap, type Tapped } from "./tapped.ts";
import { cloudVariables, programVariables, type WhichGateway } from "./variables.ts";

export interface RunInput extends WhichGateway, ProgramInput {
  /** The tap's options as typed; they win over those of the Compose file. */
  readonly written: WrittenOptions;
  /** Use no tap, whatever the options or the Compose file say. */
  readonly isStraight: boolean;
}

/** Runs a program with the gateway's variables, as if it were called by itself. Throws usage, command-not-found, command-not-executable. */
export async function run(input: RunInput, app: App): Promise<RunReport> {
  // Wrong options are refused before a project is read, and before a missing command: an option may have taken the
  // command for its value.
  readTapInput(input.written, undefined);
  commandOf(input, "goat-dev run -- python my_program.py");
  const { variables, defaults } = await targetOf(input, app);
  const tap = readTapInput(input.written, defaults);
  const tapped = isAskedFor(tap) && !input.isStraight ? await tapBefore(variables, tap, app) : null;
  return runProgram(input, { variables, tapped, anthropic: tap.anthropic }, app);
}

interface Target {
  readonly variables: ProgramVariables;
  /** The Compose file's `x-goat: { run: … }`. */
  readonly defaults: unknown;
}

async function targetOf(which: WhichGateway, app: App): Promise<Target> {
  if (which.modal) {
    // Opening the project makes its secrets known to the app, so that none ends up in a file of recorded calls.
    const { runDefaults: defaults } = await openProject(app);
    return { variables: await cloudVariables(which, app), defaults };
  }
  const found = await openGateway(app);
  await warnIfSilent(found, app);
  const variables = { ...programVariables(found), ...pastProxy(found.gateway.url, app.env) };
  return { variables, defaults: found.session.runDefaults };
}

/** Warns where the gateway does not answer. The command runs all the same: it may need no gateway. */
async function warnIfSilent({ gateway, session }: ProjectGateway, app: App): Promise<void> {
  const access = gatewayAccess(gateway);
  if (await isAnswering(access, app.signal)) return;
  const silence = unreachable(access, "no answer");
  const cause = describe(await becauseOfStack(silence, session, app));
  const text = cause === silence ? `nothing answers at ${gateway.url}` : cause.message;
  const todo = cause === silence ? "goat-dev up" : (cause.fixes[0]?.command ?? "goat-dev status");
  app.emit({ type: "notice", level: "warning", text: `${text}: ${todo}` });
}

async function tapBefore(variables: ProgramVariables, input: TapInput, app: App): Promise<Tapped> {
  const head = { ignore: input.ignore, model: variables["EVAL_MODEL"] ?? null };
  const cassette = input.record === null ? null : await openRecording(input.record, head, app);
  return openTap(input, { gateway: accessOf(variables), cassette }, app);
}

/** The gateway as the program is pointed at it. */
function accessOf(variables: ProgramVariables) {
  return { baseUrl: variables["OPENAI_BASE_URL"] ?? "", key: variables["OPENAI_API_KEY"] ?? "", service: "litellm" };
}
