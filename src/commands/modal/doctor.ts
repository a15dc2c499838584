import type { ChecksReport } from "../../app/checks-report.ts";
import { checksExitCode, checksText } from "../checks-text.ts";
import { command } from "../command.ts";
import { env } from "./options.ts";

export const modalDoctor = command<ChecksReport>({
  name: "doctor",
  summary: "is there a CLI, a token, the environment, the secrets; and what to type where not",
  options: [env],
  examples: [["goat-dev modal doctor --json", "for programs"]],
  call: async (typed, app) =>
    (await import("../../app/cloud/doctor.ts")).cloudDoctor({ environment: typed.text("env") }, app),
  text: checksText,
  exitCode: checksExitCode,
});
