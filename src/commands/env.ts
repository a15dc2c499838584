import { GoatError } from "../errors/goat-error.ts";
import { quoteForFish, quoteForPowerShell, quoteForSh } from "../platform/shell-quote.ts";
import { list, nearest } from "../platform/text.ts";
import { quoteValue } from "../project/env-edit.ts";
import { cloudVariables, openGateway, programVariables } from "./gateway-target.ts";
import type { Context, Run } from "./old-command.ts";

export const env: Run = async (input, context) => {
  const write = formatOf(input.text("format"), context);
  const variables = input.flag("modal")
    ? await cloudVariables(context, input)
    : programVariables(await openGateway(context, input));
  // To print the key is what this command is for.
  context.revealWords([variables["OPENAI_API_KEY"] ?? ""]);
  context.emit({ type: "result", data: variables, text: write(variables) });
  return undefined;
};

type Write = (variables: Readonly<Record<string, string>>) => string;

const lines =
  (line: (name: string, value: string) => string): Write =>
  (variables) =>
    Object.entries(variables)
      .map(([name, value]) => line(name, value))
      .join("\n");

const formats: Readonly<Record<string, Write>> = {
  sh: lines((name, value) => `export ${name}=${quoteForSh(value)}`),
  fish: lines((name, value) => `set -gx ${name} ${quoteForFish(value)}`),
  powershell: lines((name, value) => `$env:${name} = ${quoteForPowerShell(value)}`),
  dotenv: lines((name, value) => `${name}=${quoteValue(value)}`),
  json: (variables) => JSON.stringify(variables, null, 2),
};

/** Where nobody says: what sh reads, and fish too. $SHELL would not tell who reads it, as in a script. */
const formatOf = (wanted: string | undefined, { platform }: Context): Write => {
  const name = wanted ?? (platform === "win32" ? "powershell" : "sh");
  const format = formats[name];
  if (format !== undefined) return format;
  const names = Object.keys(formats);
  throw new GoatError("usage", `--format is ${JSON.stringify(name)}, and should be ${list(names, "or")}`, {
    fixes: [{ command: `goat-dev env --format ${nearest(name, names) ?? "sh"}`, effect: "perhaps this was meant" }],
  });
};
