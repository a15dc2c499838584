import type { RunReport } from "../app/programs/run.ts";
import { command } from "./command.ts";
import { readTap, tapOptions } from "./tap-options.ts";

export const run = command<RunReport>({
  name: "run",
  summary: "run a command with those variables; its streams, signals and exit status are its own",
  arguments: "[command...]",
  passThrough: true,
  options: [{ flags: "--modal", description: "with the cloud's gateway" }, ...tapOptions],
  examples: [
    ["goat-dev run -- python my_program.py", "its streams, its signals, its exit status"],
    ["goat-dev run -- sh -c 'echo $EVAL_MODEL'", "a line of shell"],
    ["goat-dev run --bill -- pytest", "says at the end what its calls came to"],
  ],
  call: async (typed, app, { isData, onTerminal, takeSignals }) => {
    const { run } = await import("../app/programs/run.ts");
    // With --json stdout is goat-dev's, for one document.
    const terminal = { stdout: isData ? ("to-stderr" as const) : ("inherit" as const), onTerminal, takeSignals };
    const which = { modal: typed.flag("modal"), environment: typed.text("env"), workspace: typed.text("workspace") };
    return run({ command: typed.args, terminal, ...which, tap: readTap(typed) }, app);
  },
  text: () => "",
  exitCode: ({ exitCode }) => exitCode,
});
