import type { ModelsCheckReport } from "../../app/models/check.ts";
import { exitCodeOf } from "../../errors/catalog.ts";
import { renderTable } from "../../platform/table.ts";
import { list, plural } from "../../platform/text.ts";
import { command } from "../command.ts";

export const check = command<ModelsCheckReport>({
  name: "check",
  summary: "read both configs without asking anybody: shape, keys, unknown names, and what differs",
  options: [],
  examples: [["goat-dev models check", "every finding with line and column"]],
  call: async (_typed, app) => (await import("../../app/models/check.ts")).check({}, app),
  text: checkText,
  exitCode: ({ ok }) => (ok ? 0 : exitCodeOf("gateway-config-invalid")),
});

function checkText({ files, findings }: ModelsCheckReport): string {
  const count = (level: string): number => findings.filter((finding) => finding.level === level).length;
  const summary = [
    count("error") === 0 ? `No mistake in ${list(files)}` : plural(count("error"), "mistake"),
    ...(count("warning") === 0 ? [] : [plural(count("warning"), "warning")]),
    ...(count("note") === 0 ? [] : [plural(count("note"), "note")]),
  ];
  const rows = findings.map(({ level, place, text }) => [level, place, text]);
  const table = rows.length === 0 ? [] : [renderTable(["", "WHERE", "WHAT"], rows), ""];
  return [...table, `${summary.join("; ")}.`].join("\n");
}
