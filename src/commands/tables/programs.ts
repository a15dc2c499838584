import type { AnyCommand } from "../command.ts";

/** What points programs at the gateway, and what brings goat-dev into their repositories. */
export const programCommands: readonly AnyCommand[] = [
  {
    name: "env",
    summary: "the three variables that point a program at the gateway",
    options: [
      { flags: "--format <name>", description: "sh (which fish reads too), fish, powershell, dotenv or json" },
      { flags: "--modal", description: "the gateway that goat-dev modal deploy put into the cloud" },
    ],
    examples: [
      ['eval "$(goat-dev env)"', "in sh, bash and zsh: sets them in this shell"],
      ["goat-dev env --format fish | source", "in fish"],
      ["goat-dev env --format powershell | Out-String | Invoke-Expression", "in PowerShell"],
    ],
    load: async () => (await import("../env.ts")).env,
  },
  {
    name: "run",
    summary: "run a command with those variables, as if it were called by itself",
    arguments: "[command...]",
    passThrough: true,
    options: [{ flags: "--modal", description: "with the cloud's gateway" }],
    examples: [
      ["goat-dev run -- python my_program.py", "its streams, its signals, its exit status"],
      ["goat-dev run -- sh -c 'echo $EVAL_MODEL'", "a line of shell"],
    ],
    load: async () => (await import("../run.ts")).run,
  },
  {
    name: "ask",
    summary: "one question to a model; what is piped in comes along, the answer alone goes to stdout",
    arguments: "[question...]",
    options: [
      { flags: "-m, --model <name>", description: "else EVAL_MODEL, else the first that can be used" },
      { flags: "--stream", description: "word by word" },
      { flags: "--timeout <duration>", description: "the longest silence before and in an answer; 30s where left out" },
    ],
    examples: [
      ["goat-dev ask Why is the sky blue?", "the first model that has its key"],
      ["git diff | goat-dev ask -m gpt-5-mini Write a commit message", "a question about what is piped in"],
    ],
    load: async () => (await import("../ask.ts")).ask,
  },
  {
    name: "example",
    summary: "a short agent loop through the gateway, with one harmless tool: the current time",
    options: [
      { flags: "--provider <name>", description: "the first model of azure, groq, openai, anthropic or vllm" },
      { flags: "--base-url <url>", description: "another gateway than the project's" },
      { flags: "--api-key-env <name>", description: "the variable that holds the key" },
      { flags: "--model <name>", description: "else EVAL_MODEL, else the first that can be used" },
      { flags: "--prompt <text>", description: "another question" },
      { flags: "--max-turns <number>", description: "questions at most; 5 where left out" },
      { flags: "--no-tools", description: "without the tool" },
      { flags: "--stream", description: "word by word" },
      { flags: "--timeout <duration>", description: "the longest silence before and in an answer; 30s where left out" },
      { flags: "--env <path>", description: "the same as --env-file" },
    ],
    examples: [
      ["goat-dev example", "asks for the time in two cities"],
      ["goat-dev example --provider groq --stream", "through Groq, word by word"],
    ],
    load: async () => (await import("../example.ts")).example,
  },
];
