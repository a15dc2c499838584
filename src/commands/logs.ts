import type { LogsReport } from "../app/logs.ts";
import { GoatError } from "../errors/goat-error.ts";
import { command, exitWhenInterrupted, type Typed } from "./command.ts";
import { sinceOf } from "./time-options.ts";

export const logs = command<LogsReport>({
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
  call: async (typed, app) => {
    const { logs } = await import("../app/logs.ts");
    const since = sinceOf(typed, app.clock.date().getTime());
    return logs({ services: typed.args, follow: typed.flag("follow"), tail: tailOf(typed), since }, app);
  },
  exitCode: exitWhenInterrupted,
});

function tailOf(typed: Typed): number | null {
  const text = typed.text("tail");
  if (text === undefined || text === "all") return null;
  if (/^\d+$/.test(text)) return Number(text);
  throw new GoatError("usage", `--tail is "${text}", and should be a number of lines`);
}
