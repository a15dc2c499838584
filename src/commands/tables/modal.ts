import type { AnyCommand, OptionSpec } from "../command.ts";

const env: OptionSpec = { flags: "--env <name>", description: "the Modal environment; goat where left out" };

const workspace: OptionSpec = {
  flags: "--workspace <name>",
  description: "the Modal workspace, where the CLI does not tell",
};

const yes: OptionSpec = { flags: "-y, --yes", description: "do not ask" };

/** What `goat-dev modal` can do: the gateway and GPU models in the cloud, through Modal's own CLI. */
export const modalCommand: AnyCommand = {
  name: "modal",
  summary: "the same gateway in the cloud, and models on GPUs: deploy, prove, look at, stop",
  options: [],
  examples: [],
  subcommands: [
    {
      name: "doctor",
      summary: "is there a CLI, a token, the environment, the secrets; and what to type where not",
      options: [env],
      examples: [["goat-dev modal doctor --json", "for programs"]],
      load: async () => (await import("../modal/doctor.ts")).doctor,
    },
    {
      name: "secrets",
      summary: "the keys of .env as Modal's secrets",
      options: [],
      examples: [],
      subcommands: [
        {
          name: "sync",
          summary: "write the keys of .env to Modal's secrets; says which, and asks",
          arguments: "[secret...]",
          options: [env, yes, { flags: "--all", description: "also what has not changed since it was written" }],
          examples: [
            ["goat-dev modal secrets sync", "all that dev/modal-secrets.json lists"],
            ["goat-dev modal secrets sync goat-llm-providers --yes", "one, in a script"],
          ],
          load: async () => (await import("../modal/sync.ts")).sync,
        },
      ],
    },
    {
      name: "deploy",
      summary: "deploy the gateway or a model, wait for its cold start, and prove it with one call",
      arguments: "[target...]",
      options: [
        env,
        { flags: "--wait", description: "for a model: wait until it answers, which starts its GPU" },
        { flags: "--timeout <duration>", description: "limit for a cold start, such as 10m" },
        { flags: "--no-example", description: "no call through the gateway" },
        { flags: "--langfuse <where>", description: "traces: secret (as goat-langfuse says), beside it, or off" },
        workspace,
      ],
      examples: [
        ["goat-dev modal deploy", "the gateway: services"],
        ["goat-dev modal deploy qwen3-4b", "a model of dev/vllm-models.json"],
      ],
      load: async () => (await import("../modal/deploy.ts")).deploy,
    },
    {
      name: "status",
      summary: "what is deployed, and whether a container runs (exit 5 unless the gateway is deployed)",
      options: [env],
      examples: [["goat-dev modal status --json", "for programs"]],
      load: async () => (await import("../modal/status.ts")).status,
    },
    {
      name: "logs",
      summary: "what the gateway or a model said",
      arguments: "[target]",
      options: [
        env,
        { flags: "-f, --follow", description: "go on as lines come" },
        { flags: "-n, --tail <lines>", description: "only the last lines; 100 where left out" },
        { flags: "--since <when>", description: "only newer lines: 10m, 2h, or a time" },
      ],
      examples: [["goat-dev modal logs qwen3-4b --tail 50", "a model's last lines"]],
      load: async () => (await import("../modal/logs.ts")).logs,
    },
    {
      name: "stop",
      summary: "stop what is deployed; secrets and weights stay",
      arguments: "[target...]",
      options: [env, yes],
      examples: [["goat-dev modal stop qwen3-4b", "one model"]],
      load: async () => (await import("../modal/stop.ts")).stop,
    },
    {
      name: "url",
      summary: "where the gateway or a model answers",
      arguments: "[target]",
      options: [env, workspace],
      examples: [["goat-dev modal url", "the gateway's, as OPENAI_BASE_URL"]],
      load: async () => (await import("../modal/url.ts")).url,
    },
  ],
};
