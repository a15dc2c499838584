import type { CloudLogsReport } from "../../app/cloud/logs.ts";
import { exitCodeOf } from "../../errors/catalog.ts";
import { command } from "../command.ts";
import { env } from "./options.ts";

export const modalLogs = command<CloudLogsReport>({
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
  call: async (typed, app) =>
    (await import("../../app/cloud/logs.ts")).cloudLogs(
      {
        environment: typed.text("env"),
        targets: typed.args,
        follow: typed.flag("follow"),
        tail: typed.text("tail"),
        since: typed.text("since"),
      },
      app,
    ),
  // Nothing to tell, but a script sees how it ended.
  exitCode: ({ interrupted }) => (interrupted ? exitCodeOf("interrupted") : 0),
});
