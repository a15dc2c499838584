import type { RunReport } from "../app/programs/program.ts";
import { command } from "./command.ts";
import { exitCodeOfRun, programTerminal, tapOptions, writtenIn } from "./tap-options.ts";

const noTap = { flags: "--no-tap", description: "straight to the gateway, whatever x-goat: { run: … } says" };

export const run = command<RunReport>({
  name: "run",
  summary: "run a command with those variables; its streams, signals and exit status are its own",
  arguments: "[command...]",
  passThrough: true,
  options: [{ flags: "--modal", description: "with the cloud's gateway" }, ...tapOptions, noTap],
  examples: [
    ["goat-dev run -- python my_program.py", "its streams, its signals, its exit status"],
    ["goat-dev run -- sh -c 'echo $EVAL_MODEL'", "a line of shell"],
    ["goat-dev run --bill -- pytest", "says at the end what its calls came to"],
    [
      "goat-dev run --max-cost 0.50 --fault 429:20% -- pytest",
      "spends no more, and sees how the program takes a busy provider",
    ],
    ["goat-dev run --record test/cassettes/chat.jsonl -- pytest", "keeps its calls for goat-dev replay"],
  ],
  call: async (typed, app, terminal) => {
    const { run } = await import("../app/programs/run.ts");
    const which = { modal: typed.flag("modal"), environment: typed.text("env"), workspace: typed.text("workspace") };
    return run(
      {
        command: typed.args,
        terminal: programTerminal(terminal),
        ...which,
        written: writtenIn(typed, tapOptions),
        isStraight: typed.flag("noTap"),
      },
      app,
    );
  },
  text: () => "",
  exitCode: exitCodeOfRun,
});
