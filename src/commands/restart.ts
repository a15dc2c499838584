import type { UpReport } from "../app/bring-up.ts";
import { command } from "./command.ts";
import { upText } from "./up-text.ts";

export const restart = command<UpReport>({
  name: "restart",
  summary:
    "reload, or stop and start, services, with what changed in .env and config files, and wait until they are ready",
  arguments: "[service...]",
  options: [
    { flags: "--timeout <duration>", description: "limit for everything to be ready, such as 90s" },
    { flags: "--hard", description: "the process itself, where the service could reload without losing a request" },
    { flags: "--example", description: "run the example client afterwards" },
    { flags: "--take-over", description: "of a stack that another folder made: make it this folder's; asks" },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  examples: [["goat-dev restart litellm", "after an edit of dev/litellm-config.yaml"]],
  call: async (typed, app) => {
    const { restart } = await import("../app/restart.ts");
    const own = { takeOver: typed.flag("takeOver"), yes: typed.flag("yes") };
    const input = {
      services: typed.args,
      example: typed.flag("example"),
      hard: typed.flag("hard"),
      timeout: typed.text("timeout"),
      ...own,
    };
    return restart(input, app);
  },
  text: upText,
});
