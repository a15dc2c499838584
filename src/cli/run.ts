import type { Context, Input } from "../commands/command.ts";
import { commands } from "../commands/index.ts";
import { describe } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import { createHub } from "../events/hub.ts";
import { createRedactor } from "../events/redact.ts";
import { createContext, type Surroundings } from "./context.ts";
import { parse } from "./parse.ts";
import { createViews, wantsColor } from "./views/create-views.ts";

/** One whole run: argv in, exit status out. Everything a user sees goes through the hub. */
export const runCli = async (around: Surroundings): Promise<number> => {
  let invocation: ReturnType<typeof parse>;
  try {
    invocation = parse(around.argv, commands, around.version);
  } catch (error) {
    return runWith(around, { ...noInput, flag: (name) => wasTyped(around.argv, name) }, "goat-dev", async () => {
      throw error;
    });
  }
  if (invocation.kind === "text") {
    around.stdout.write(invocation.text);
    return 0;
  }
  const { command, input, global } = invocation;
  return runWith(around, global, command.name, async (context) => (await command.load())(input, context));
};

const noInput: Input = { args: [], flag: () => false, text: () => undefined, texts: () => [] };

/** A command line that cannot be parsed still says whether JSON is wanted. */
const wasTyped = (argv: readonly string[], name: string): boolean =>
  (name === "json" && argv.includes("--json")) || (name === "jsonStream" && argv.includes("--json-stream"));

const runWith = async (
  around: Surroundings,
  global: Input,
  name: string,
  work: (context: Context) => Promise<number | undefined>,
): Promise<number> => {
  const { stdout, stderr, env, clock } = around;
  const redactor = createRedactor();
  const color = wantsColor(global.flag("noColor"), env, stderr);
  const flags = { color, verbose: global.flag("verbose"), quiet: global.flag("quiet") };
  const data = { json: global.flag("json"), jsonStream: global.flag("jsonStream") };
  const live = stderr.isTTY === true && env["TERM"] !== "dumb" && env["CI"] === undefined;
  const hub = createHub({
    clock,
    redactor,
    views: createViews({ stdout, stderr, ...flags, ...data, live }),
  });
  const { context, close } = createContext(around, global, { emit: hub.emit, redactor, color });
  const begin = clock.now();
  hub.emit({ type: "run-started", command: name });
  const exitCode = await work(context).then(
    (code) => code ?? 0,
    (error: unknown) => tellError(error, around, hub.emit),
  );
  hub.emit({ type: "run-finished", exitCode, durationMs: clock.now() - begin });
  await close();
  await hub.close();
  return exitCode;
};

const tellError = (error: unknown, around: Surroundings, emit: ReturnType<typeof createHub>["emit"]): number => {
  const isToldAlready = error instanceof GoatError && error.code === "interrupted";
  const told =
    around.signal.aborted && !isToldAlready
      ? new GoatError("interrupted", "interrupted; what has started is left running", {
          fixes: [
            { command: "goat-dev up", effect: "goes on" },
            { command: "goat-dev down", effect: "stops it" },
          ],
        })
      : describe(error);
  emit({ type: "error", error: told });
  return told.exitCode;
};
