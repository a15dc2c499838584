import type { Typed } from "../commands/command.ts";
import { allCommands } from "../commands/index.ts";
import { createRedactor } from "../events/redact.ts";
import { type Candidate, complete, type GivenOptions } from "./complete.ts";
import { createContext, type HostProcess } from "./context.ts";

/**
 * Answers the shells' completion scripts: `goat-dev __complete up :post` prints a candidate and its description on each
 * line, or `:files`. The word at the cursor begins with a colon, since some shells drop an empty word.
 */
export async function tellCompletion(host: HostProcess): Promise<number> {
  const words = host.argv.slice(1);
  const current = words.pop()?.replace(/^:/, "") ?? "";
  const found = await complete([...words, current], await allCommands(), async (kind, given) => {
    const { projectNames } = await import("../app/completion/names.ts");
    const parts = { emit: () => undefined, redactor: createRedactor(), color: false };
    return projectNames(kind, createContext(host, typedFrom(given), parts).app);
  });
  const lines = found.kind === "files" ? [":files"] : found.candidates.map(lineOf);
  host.stdout.write(lines.map((line) => `${line}\n`).join(""));
  return 0;
}

const longest = 68;

function lineOf({ value, description }: Candidate): string {
  const short = description.length > longest ? `${description.slice(0, longest - 1).trimEnd()}…` : description;
  return short === "" ? value : `${value}\t${short}`;
}

/** The options under the names that parsing gives them: `--env-file` is `envFile`. */
function typedFrom(given: GivenOptions): Typed {
  const byName = new Map(
    [...given].map(([flag, values]) => [
      flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
      values,
    ]),
  );
  return {
    args: [],
    flag: (name) => byName.has(name),
    text: (name) => byName.get(name)?.at(-1),
    texts: (name) => byName.get(name) ?? [],
  };
}
