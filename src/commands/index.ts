import type { Command } from "./command.ts";
import { modalCommand } from "./tables/modal.ts";
import { modelsCommand } from "./tables/models.ts";
import { programCommands } from "./tables/programs.ts";

/** In the order of --help. What a command does, and all that it needs, is loaded when it runs. */
export const commands: readonly Command[] = [
  {
    name: "up",
    summary: "bring the stack up, wait until it really answers, and prove it with one call",
    arguments: "[service...]",
    options: [
      { flags: "--timeout <duration>", description: "limit for everything to be ready, such as 90s" },
      { flags: "--plan", description: "show what would be done, and do nothing" },
      { flags: "--demo", description: "without a provider key: every model gives a made-up answer" },
      { flags: "--example", description: "run the example client even where a kept proof still holds" },
      { flags: "--no-example", description: "no call through the gateway" },
      { flags: "--take-over", description: "of a stack that another folder made: make it this folder's; asks" },
      { flags: "-y, --yes", description: "do not ask" },
    ],
    examples: [
      ["goat-dev up", "everything"],
      ["goat-dev up --demo", "see it work without a key"],
      ["goat-dev up --plan", "what would change, and why"],
      ["goat-dev up postgres", "one service and what it needs"],
      ["goat-dev up --json", "one JSON document, for scripts"],
    ],
    load: async () => (await import("./up.ts")).up,
  },
  {
    name: "status",
    summary: "what runs, since when, and whether it is as configured (exit 5 unless all is ready)",
    options: [],
    examples: [["goat-dev status --json", "for programs"]],
    load: async () => (await import("./status.ts")).status,
  },
  {
    name: "logs",
    summary: "what the services said",
    arguments: "[service...]",
    options: [
      { flags: "-f, --follow", description: "go on as lines come" },
      { flags: "-n, --tail <lines>", description: "only the last lines of each service" },
      { flags: "--since <when>", description: "only newer lines: 10m, 2h, or a time such as 2026-11-23T10:00:00Z" },
    ],
    examples: [
      ["goat-dev logs litellm --tail 50", "the gateway's last lines"],
      ["goat-dev logs --follow --json", "all services, one JSON document a line"],
    ],
    load: async () => (await import("./logs.ts")).logs,
  },
  {
    name: "restart",
    summary: "stop and start services, with what changed in .env and config files, and wait until they are ready",
    arguments: "[service...]",
    options: [
      { flags: "--timeout <duration>", description: "limit for everything to be ready, such as 90s" },
      { flags: "--example", description: "run the example client afterwards" },
      { flags: "--take-over", description: "of a stack that another folder made: make it this folder's; asks" },
      { flags: "-y, --yes", description: "do not ask" },
    ],
    examples: [["goat-dev restart litellm", "after an edit of dev/litellm-config.yaml"]],
    load: async () => (await import("./restart.ts")).restart,
  },
  {
    name: "down",
    summary: "stop and remove containers and networks; data stays, unless --volumes",
    options: [
      { flags: "--volumes", description: "delete the data too: says what and how big, and asks" },
      { flags: "--no-dump", description: "with --volumes: delete without a copy of the database" },
      { flags: "--take-over", description: "even though another folder made the stack; asks" },
      { flags: "-y, --yes", description: "do not ask" },
    ],
    examples: [
      ["goat-dev down", "everything stops, no data is lost"],
      ["goat-dev down --volumes --yes", "for scripts: the data goes too"],
    ],
    load: async () => (await import("./down.ts")).down,
  },
  {
    name: "doctor",
    summary: "what is wrong, and what to type",
    options: [],
    examples: [["goat-dev doctor --json", "for programs and bug reports"]],
    load: async () => (await import("./doctor.ts")).doctor,
  },
  {
    name: "config",
    summary: "the stack as it is understood, variables filled in, secrets masked",
    options: [{ flags: "--show-secrets", description: "with every value, for your eyes" }],
    examples: [
      ["goat-dev config", "as YAML, a Compose file again"],
      ["goat-dev config --json", "the same as JSON"],
    ],
    load: async () => (await import("./config.ts")).config,
  },
  modelsCommand,
  ...programCommands,
  modalCommand,
  {
    name: "db",
    summary: "the database",
    options: [],
    examples: [],
    subcommands: [
      {
        name: "set-password",
        summary: "give the database the password of .env; keeps the data",
        options: [
          { flags: "--take-over", description: "of a stack that another folder made: make it this folder's; asks" },
          { flags: "-y, --yes", description: "do not ask" },
        ],
        examples: [["goat-dev db set-password", "after POSTGRES_PASSWORD changed in .env"]],
        load: async () => (await import("./db-set-password.ts")).setPassword,
      },
    ],
  },
];
