import type { ExampleReport } from "../app/programs/example.ts";
import { plural } from "../platform/text.ts";
import { usageText } from "./call-text.ts";
import { command } from "./command.ts";

export const example = command<ExampleReport>({
  name: "example",
  summary: "a short agent loop through the gateway, with one harmless tool: the current time",
  options: [
    { flags: "--provider <name>", description: "the first model of azure, groq, openai, anthropic or vllm" },
    { flags: "--base-url <url>", description: "another gateway than the project's" },
    { flags: "--api-key-env <name>", description: "the variable that holds the key" },
    { flags: "--model <model>", description: "the model to ask; else EVAL_MODEL, else the first usable one" },
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
  call: async (typed, app) => {
    const { example } = await import("../app/programs/example.ts");
    const input = {
      provider: typed.text("provider"),
      baseUrl: typed.text("baseUrl"),
      apiKeyEnv: typed.text("apiKeyEnv"),
      model: typed.text("model"),
      env: typed.text("env"),
      timeout: typed.text("timeout"),
      prompt: typed.text("prompt"),
      maxTurns: typed.text("maxTurns"),
      tools: !typed.flag("noTools"),
      stream: typed.flag("stream"),
    };
    return example(input, app);
  },
  // A streamed answer has been printed already.
  text: ({ text }, typed) => (typed.flag("stream") ? "" : text),
  remark: (report) => `${plural(report.turns, "turn")}, ${usageText(report)}`,
});
