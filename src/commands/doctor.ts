import type { ChecksReport } from "../doctor/check.ts";
import { checksExitCode, checksText } from "./checks-text.ts";
import { command } from "./command.ts";

export const doctor = command<ChecksReport>({
  name: "doctor",
  summary: "what is wrong, and what to type",
  options: [],
  examples: [["goat-dev doctor --json", "for programs and bug reports"]],
  call: async (_typed, app) => (await import("../app/doctor.ts")).doctor({}, app),
  text: checksText,
  exitCode: checksExitCode,
});
