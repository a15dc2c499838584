import type { KeyRow, KeysReport } from "../app/keys/list.ts";
import type { SetKeyReport } from "../app/keys/set.ts";
import { GoatError } from "../errors/goat-error.ts";
import { renderTable } from "../platform/table.ts";
import { list } from "../platform/text.ts";
import { command } from "./command.ts";
import { virtualKeyCommands } from "./virtual-keys.ts";

const set = command<SetKeyReport>({
  name: "set",
  summary: "ask for a provider's key, hidden, and write it into .env",
  arguments: "<provider>",
  options: [{ flags: "--stdin", description: "read it from what is piped in" }],
  examples: [
    ["goat-dev keys set groq", "asks for GROQ_API_KEY"],
    ["goat-dev keys set LITELLM_MASTER_KEY", "the gateway's own; an empty answer makes one up"],
    ["pass show groq | goat-dev keys set groq --stdin", "from a program"],
  ],
  call: async (typed, app, terminal) => {
    const { setKey } = await import("../app/keys/set.ts");
    const piped = typed.flag("stdin") ? await terminal.readInput() : null;
    if (typed.flag("stdin") && piped === null)
      throw new GoatError("usage", "--stdin reads what is piped in, and this is a terminal");
    return setKey({ which: typed.args[0] ?? "", piped }, app);
  },
  text: ({ variables, file }) => `${list(variables)} written to ${file}. Next: goat-dev up`,
});

export const keys = command<KeysReport>({
  name: "keys",
  summary: "which provider keys are set, from where, and whether they can be meant; below, keys of the gateway",
  options: [{ flags: "--online", description: "ask the providers whether they take them; costs nothing" }],
  examples: [["goat-dev keys --online", "whether each provider takes its key"]],
  call: async (typed, app) => (await import("../app/keys/list.ts")).keys({ online: typed.flag("online") }, app),
  text: ({ keys: rows, notes }) =>
    [
      renderTable(
        ["VARIABLE", "OF", "FROM", "VERDICT"],
        rows.map((row) => [row.variable, row.provider, row.from ?? "", verdictText(row)]),
      ),
      ...notes,
    ].join("\n"),
  subcommands: [set, ...virtualKeyCommands],
});

function verdictText({ verdict, why }: KeyRow): string {
  const word = { missing: "not set", mistaken: "", set: "set", accepted: "accepted", refused: "refused" }[verdict];
  return [word, why ?? ""].filter((part) => part !== "").join(": ");
}
