import type { RunReport } from "../app/programs/program.ts";
import type { TapInput } from "../app/programs/tap-input.ts";
import { exitCodeOf } from "../errors/catalog.ts";
import { GoatError } from "../errors/goat-error.ts";
import type { OptionSpec, Typed } from "./command.ts";

/** What `run` and `replay` can do with a program's calls. */
export const sharedTapOptions: readonly OptionSpec[] = [
  { flags: "--bill [how]", description: "say at the end what the calls came to; --bill=table by model" },
  { flags: "--bill-file <path>", description: "write it as JSON" },
  { flags: "--show", description: "say of each call how it went, as it ends" },
];

export const tapOptions: readonly OptionSpec[] = [
  ...sharedTapOptions,
  { flags: "--record <cassette>", description: "keep each call and its answer in a file, for goat-dev replay" },
  {
    flags: "--ignore <field>",
    description: "of a recorded request, a field that does not count: user, messages.*.name (again for more)",
    repeats: true,
  },
];

export function readTap(typed: Typed): TapInput {
  return {
    bill: readBill(typed),
    billFile: typed.text("billFile") ?? null,
    show: typed.flag("show"),
    record: typed.text("record") ?? null,
    ignore: typed.texts("ignore"),
  };
}

function readBill(typed: Typed): TapInput["bill"] {
  const how = typed.text("bill");
  if (how === undefined) return typed.flag("bill") ? "line" : null;
  if (how === "line" || how === "table") return how;
  throw new GoatError("usage", `--bill is ${JSON.stringify(how)}, and should be line or table`, {
    fixes: [{ command: "goat-dev run --bill -- COMMAND", effect: "the two dashes end the options" }],
  });
}

/** The program's own, unless it says that all is well and it is not; a replay that lacks a call ends with its own in any case. */
export function exitCodeOfRun({ exitCode, tap }: RunReport): number {
  const code = tap?.verdict?.code;
  if (code === undefined) return exitCode;
  return exitCode === 0 || code === "call-not-recorded" ? exitCodeOf(code) : exitCode;
}
