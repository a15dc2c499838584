import type { ChecksReport } from "../doctor/check.ts";
import { checksExitCode, checksText } from "./checks-text.ts";
import { command } from "./command.ts";

export const doctor = command<ChecksReport>({
  name: "doctor",
  summary: "what is wrong, and what to type",
  arguments: "[check...]",
  options: [
    { flags: "--online", description: "ask the providers whether they take the keys; costs nothing" },
    { flags: "--offline", description: "ask nobody outside this machine, as without --online" },
    { flags: "--report", description: "write goat-dev-report.md for an issue, without secrets" },
    { flags: "--fix", description: "apply the fixes that lose nothing, one by one" },
  ],
  examples: [
    [
      "goat-dev doctor",
      "machine, files, keys, engine, ports, images, database, tracing, gateway, models, services, cloud",
    ],
    ["goat-dev doctor cloud", "the way to Modal: its CLI, token, environment, secrets, apps"],
    ["goat-dev doctor keys --online", "whether the providers take the keys"],
    ["goat-dev doctor --fix", "mend what can be mended without a loss"],
    ["goat-dev doctor --json", "for programs"],
  ],
  call: async (typed, app) => {
    const { doctor } = await import("../app/doctor/doctor.ts");
    const online = typed.flag("online") && !typed.flag("offline");
    return doctor({ checks: typed.args, online, fix: typed.flag("fix"), report: typed.flag("report") }, app);
  },
  text: checksText,
  exitCode: checksExitCode,
});
