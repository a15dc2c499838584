import type { Command } from "../command.ts";

/** What `goat-dev models` can do. */
export const modelsCommand: Command = {
  name: "models",
  summary: "which models there are, which of them work with the keys at hand, and what they cost",
  options: [
    { flags: "--usable", description: "only what can be asked now" },
    { flags: "--provider <name>", description: "only azure, groq, openai, anthropic, vllm …" },
    { flags: "--local", description: "only models on GPUs of your own" },
  ],
  examples: [
    ["goat-dev models --usable", "what a program can ask for"],
    ["goat-dev models --json", "for programs"],
  ],
  load: async () => (await import("../models/list.ts")).models,
};
