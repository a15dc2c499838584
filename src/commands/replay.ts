import type { RunReport } from "../app/programs/program.ts";
import { GoatError } from "../errors/goat-error.ts";
import { command, type Typed } from "./command.ts";
import { exitCodeOfRun, programTerminal, sharedTapOptions, writtenIn } from "./tap-options.ts";

export const replay = command<RunReport>({
  name: "replay",
  summary: "run a command on recorded calls: no stack, no key, no network",
  arguments: "<cassette> [command...]",
  options: [
    { flags: "--repeat <what>", description: "an equal request once its answers are used up: last (again), or fail" },
    { flags: "--pace <how>", description: "streams at the pace of their recording: real, or none" },
    { flags: "--record-missing", description: "ask the gateway for calls that are not in the file, and keep them" },
    ...sharedTapOptions,
  ],
  examples: [
    [
      "goat-dev replay test/cassettes/chat.jsonl -- pytest",
      "any CI can run it; exit 6 where a call is not in the file",
    ],
    ["goat-dev replay chat.jsonl --record-missing -- pytest", "adds what is new; the gateway is asked for that alone"],
  ],
  call: async (typed, app, terminal) => {
    const input = {
      file: typed.args[0] ?? "",
      repeat: oneOf(typed, "repeat", ["last", "fail"] as const),
      pace: oneOf(typed, "pace", ["none", "real"] as const),
      recordMissing: typed.flag("recordMissing"),
    };
    const written = writtenIn(typed, sharedTapOptions);
    const { replay } = await import("../app/programs/replay.ts");
    const command = typed.args.slice(1);
    return replay({ command, terminal: programTerminal(terminal), written, replay: input }, app);
  },
  text: () => "",
  exitCode: exitCodeOfRun,
});

/** The option's value, or the first of `all` where the option was not given. Throws usage for any other value. */
function oneOf<const T extends string>(typed: Typed, name: string, all: readonly [T, ...T[]]): T {
  const written = typed.text(name);
  const found = written === undefined ? all[0] : all.find((each) => each === written);
  if (found !== undefined) return found;
  throw new GoatError("usage", `--${name} is ${JSON.stringify(written)}, and should be ${all.join(" or ")}`, {
    fixes: [{ command: "goat-dev replay --help", effect: "all options, with examples" }],
  });
}
