import type { AnyCommand } from "../command.ts";

/** What `goat-dev models` can do. */
export const modelsCommand: AnyCommand = {
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
  subcommands: [
    {
      name: "add",
      summary: "put a model into both configs, pass its key on, and take it into use",
      arguments: "[name]",
      options: [
        { flags: "--route <provider/model>", description: "where it goes, such as anthropic/claude-sonnet-4-5" },
        { flags: "--key <variable>", description: "the variable of .env that holds its key" },
        { flags: "--api-base <url>", description: "a server of its own; it speaks OpenAI's protocol" },
        { flags: "--api-version <date>", description: "Azure's (2024-06-01)" },
        { flags: "--base-model <name>", description: "whose price LiteLLM counts with" },
        { flags: "--mode <mode>", description: "chat or embedding, where the name does not say it" },
        { flags: "--vllm", description: "a vLLM server, at --url" },
        { flags: "--url <url>", description: "the vLLM server's address" },
        { flags: "-y, --yes", description: "do not ask" },
      ],
      examples: [
        ["goat-dev models add claude-sonnet-4-5 --route anthropic/claude-sonnet-4-5", "its key is ANTHROPIC_API_KEY"],
        [
          "goat-dev models add my-gpt --route azure/my-deployment --base-model azure/gpt-4o-mini",
          "a deployment of yours",
        ],
        ["goat-dev models add qwen3-8b-local --vllm --url http://10.0.0.5:8000/v1", "vLLM tells which model it serves"],
      ],
      load: async () => (await import("../models/add.ts")).add,
    },
    {
      name: "remove",
      summary: "take a model out of both configs",
      arguments: "<name>",
      options: [{ flags: "-y, --yes", description: "do not ask" }],
      examples: [["goat-dev models remove claude-sonnet-4-5", "shows what goes, and asks"]],
      load: async () => (await import("../models/remove.ts")).remove,
    },
    {
      name: "enable",
      summary: "take an entry in that is commented out, or point a vLLM entry elsewhere",
      arguments: "<name>",
      options: [
        { flags: "--workspace <name>", description: "your Modal workspace: fills in where the model is served" },
        { flags: "--environment <suffix>", description: "the Modal environment's suffix (goat)" },
        { flags: "--url <url>", description: "any other server's address" },
        { flags: "-y, --yes", description: "do not ask" },
      ],
      examples: [["goat-dev models enable qwen3-4b-local --workspace my-workspace", "served by Modal"]],
      load: async () => (await import("../models/switch.ts")).enable,
    },
    {
      name: "disable",
      summary: "comment an entry out of this machine's config",
      arguments: "<name>",
      options: [{ flags: "-y, --yes", description: "do not ask" }],
      examples: [["goat-dev models disable qwen3-4b-local", "goat-dev models enable brings it back"]],
      load: async () => (await import("../models/switch.ts")).disable,
    },
    {
      name: "check",
      summary: "read both configs without asking anybody: shape, keys, unknown names, and what differs",
      options: [],
      examples: [["goat-dev models check", "every finding with line and column"]],
      load: async () => (await import("../models/check.ts")).check,
    },
    {
      name: "test",
      summary: "ask every usable model the smallest question there is; says what that costs, and asks first",
      arguments: "[name...]",
      options: [
        {
          flags: "--timeout <duration>",
          description: "for one answer; 30s where left out, more where a GPU has to start",
        },
        { flags: "-y, --yes", description: "do not ask" },
      ],
      examples: [
        ["goat-dev models test llama-3.3-70b", "one model"],
        ["goat-dev models test --yes --json", "all, for programs"],
      ],
      load: async () => (await import("../models/test.ts")).test,
    },
  ],
};
