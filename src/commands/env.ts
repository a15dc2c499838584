import type { ProgramVariables } from "../app/programs/point-at.ts";
import { GoatError } from "../errors/goat-error.ts";
import { quoteForFish, quoteForPowerShell, quoteForSh, quoteValue } from "../platform/shell-quote.ts";
import { list, nearest } from "../platform/text.ts";
import { command, type Typed } from "./command.ts";

const formatNames = ["sh", "fish", "powershell", "dotenv", "json"] as const;

export const env = command<ProgramVariables>({
  name: "env",
  summary: "the three variables that point a program at the gateway",
  options: [
    {
      flags: "--format <name>",
      description: "sh (which fish reads too), fish, powershell, dotenv or json",
      choices: formatNames,
    },
    { flags: "--anthropic", description: "ANTHROPIC_BASE_URL and ANTHROPIC_AUTH_TOKEN too" },
    { flags: "--modal", description: "the gateway that goat-dev modal deploy put into the cloud" },
  ],
  examples: [
    ['eval "$(goat-dev env)"', "in sh, bash and zsh: sets them in this shell"],
    ["goat-dev env --format fish | source", "in fish"],
    ["goat-dev env --format powershell | Out-String | Invoke-Expression", "in PowerShell"],
  ],
  call: async (typed, app) => {
    formatOf(typed, app.platform);
    const { env } = await import("../app/programs/variables.ts");
    return env(
      {
        modal: typed.flag("modal"),
        anthropic: typed.flag("anthropic"),
        environment: typed.text("env"),
        workspace: typed.text("workspace"),
      },
      app,
    );
  },
  text: (variables, typed, { platform }) => formatOf(typed, platform)(variables),
});

type Write = (variables: Readonly<Record<string, string>>) => string;

const lines =
  (line: (name: string, value: string) => string): Write =>
  (variables) =>
    Object.entries(variables)
      .map(([name, value]) => line(name, value))
      .join("\n");

const formats: Readonly<Record<(typeof formatNames)[number], Write>> = {
  sh: lines((name, value) => `export ${name}=${quoteForSh(value)}`),
  fish: lines((name, value) => `set -gx ${name} ${quoteForFish(value)}`),
  powershell: lines((name, value) => `$env:${name} = ${quoteForPowerShell(value)}`),
  dotenv: lines((name, value) => `${name}=${quoteValue(value)}`),
  json: (variables) => JSON.stringify(variables, null, 2),
};

/** Without --format: PowerShell on Windows, else sh, which fish reads too. $SHELL may not be what reads the output. */
function formatOf(typed: Typed, platform: NodeJS.Platform): Write {
  const name = typed.text("format") ?? (platform === "win32" ? "powershell" : "sh");
  const known = formatNames.find((each) => each === name);
  if (known !== undefined) return formats[known];
  throw new GoatError("usage", `--format is ${JSON.stringify(name)}, and should be ${list(formatNames, "or")}`, {
    fixes: [
      { command: `goat-dev env --format ${nearest(name, formatNames) ?? "sh"}`, effect: "perhaps this was meant" },
    ],
  });
}
