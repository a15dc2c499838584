import type { TapInput } from "../app/programs/tapped.ts";
import { GoatError } from "../errors/goat-error.ts";
import type { OptionSpec, Typed } from "./command.ts";

/** What `run` can do with a program's calls. */
export const tapOptions: readonly OptionSpec[] = [
  { flags: "--bill [how]", description: "say at the end what the calls came to; --bill=table by model" },
  { flags: "--bill-file <path>", description: "write it as JSON" },
  { flags: "--show", description: "say of each call how it went, as it ends" },
];

export function readTap(typed: Typed): TapInput {
  return {
    bill: readBill(typed),
    billFile: typed.text("billFile") ?? null,
    show: typed.flag("show"),
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
