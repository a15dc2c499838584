import type { Runnable, Typed } from "../commands/command.ts";
import { commandsFor } from "../commands/index.ts";
import { describe } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import type { View } from "../events/events.ts";
import { createHub, type Hub } from "../events/hub.ts";
import { createRedactor } from "../events/redact.ts";
import { type CliContext, createContext, type HostProcess } from "./context.ts";
import { parse } from "./parse.ts";
import { createJsonStreamView, createJsonView } from "./views/json.ts";
import { createListrView } from "./views/listr.ts";
import { createPlainView, createQuietView } from "./views/plain.ts";

const noInput: Typed = { args: [], flag: () => false, text: () => undefined, texts: () => [] };

/**
 * One whole run: argv in, exit status out. All output but help texts and completions goes through the hub; results are
 * emitted here and nowhere else.
 */
export async function runCli(host: HostProcess): Promise<number> {
  if (host.argv[0] === "__complete") return (await import("./tell-completion.ts")).tellCompletion(host);
  let invocation: ReturnType<typeof parse>;
  try {
    invocation = parse(host.argv, await commandsFor(host.argv[0]), host.version);
  } catch (error) {
    return runWith(host, { ...noInput, flag: (name) => wasTyped(host.argv, name) }, "goat-dev", async () => {
      throw error;
    });
  }
  if (invocation.kind === "text") {
    host.stdout.write(invocation.text);
    return 0;
  }
  const { command, input, global } = invocation;
  return runWith(host, global, command.name, (context, emit) => answer(command, input, context, emit));
}

type Work = (context: CliContext, emit: Hub["emit"]) => Promise<number>;

async function runWith(host: HostProcess, global: Typed, name: string, work: Work): Promise<number> {
  const { stdout, stderr, env, clock } = host;
  const redactor = createRedactor();
  const color = wantsColor(global.flag("noColor"), env, stderr);
  const flags = { color, verbose: global.flag("verbose"), quiet: global.flag("quiet") };
  const data = { json: global.flag("json"), jsonStream: global.flag("jsonStream") };
  const live = stderr.isTTY === true && env["TERM"] !== "dumb" && env["CI"] === undefined;
  const views = createViews({ stdout, stderr, ...flags, ...data, live });
  const hub = createHub({ clock, redactor, views });
  const context = createContext(host, global, { emit: hub.emit, redactor, color });
  const begin = clock.now();
  hub.emit({ type: "run-started", command: name });
  const exitCode = await work(context, hub.emit).catch((error: unknown) => tellError(error, host, hub.emit));
  hub.emit({ type: "run-finished", exitCode, durationMs: clock.now() - begin });
  await context.close();
  await hub.close();
  return exitCode;
}

function tellError(error: unknown, host: HostProcess, emit: Hub["emit"]): number {
  const isToldAlready = error instanceof GoatError && error.code === "interrupted";
  const told =
    host.signal.aborted && !isToldAlready
      ? new GoatError("interrupted", "interrupted; what has started is left running", {
          fixes: [
            { command: "goat-dev up", effect: "goes on" },
            { command: "goat-dev down", effect: "stops it" },
          ],
        })
      : describe(error);
  emit({ type: "error", error: told });
  return told.exitCode;
}

/** Whether JSON is wanted, for a command line that cannot be parsed. */
function wasTyped(argv: readonly string[], name: string): boolean {
  return (name === "json" && argv.includes("--json")) || (name === "jsonStream" && argv.includes("--json-stream"));
}

/** Calls the command, emits its report and returns its exit status. */
async function answer(
  command: Runnable,
  typed: Typed,
  { app, terminal, reader }: CliContext,
  emit: Hub["emit"],
): Promise<number> {
  const report = await command.call(typed, app, terminal);
  if (command.text !== undefined) {
    const text = await command.text(report, typed, reader());
    if (text !== null) emit({ type: "result", data: report, text });
  }
  const remark = command.remark?.(report) ?? null;
  if (remark !== null) emit({ type: "notice", level: "info", text: remark });
  return command.exitCode?.(report) ?? 0;
}

interface ViewChoice {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly color: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
  readonly jsonStream: boolean;
  /** True where stderr is a terminal that can be drawn on. */
  readonly live: boolean;
}

/** The views of a run: with JSON, stdout holds data alone and everything else goes to stderr. */
export function createViews(choice: ViewChoice): readonly View[] {
  const isData = choice.json || choice.jsonStream;
  if (isData) {
    const data = choice.jsonStream ? createJsonStreamView(choice) : createJsonView(choice);
    return choice.quiet ? [data] : [data, createPlainView({ ...choice, results: false })];
  }
  if (choice.quiet) return [createQuietView(choice)];
  return [choice.live && !choice.verbose ? createListrView(choice) : createPlainView(choice)];
}

/** Whether to colour: --no-color, then NO_COLOR and FORCE_COLOR as their conventions have it, then the terminal. */
export function wantsColor(
  flag: boolean,
  env: Readonly<Record<string, string | undefined>>,
  stream: { readonly isTTY?: boolean },
): boolean {
  if (flag || (env["NO_COLOR"] ?? "") !== "") return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return stream.isTTY === true && env["TERM"] !== "dumb";
}
