import type { CassetteCheckReport, CassettePruneReport, CassetteRow, CassetteShowReport } from "../app/cassettes.ts";
import { formatDuration } from "../platform/format.ts";
import { renderTable } from "../platform/table.ts";
import { cut, plural } from "../platform/text.ts";
import { type AnyCommand, command } from "./command.ts";

const show = command<CassetteShowReport>({
  name: "show",
  summary: "the calls of a file, as a failed replay numbers them",
  arguments: "<cassette>",
  options: [],
  examples: [["goat-dev cassette show test/cassettes/chat.jsonl", "what is asked, and how it was answered"]],
  call: async (typed, app) => {
    const { showCassette } = await import("../app/cassettes.ts");
    return showCassette(typed.args[0] ?? "", app);
  },
  text: ({ file, calls, ignore }) => {
    if (calls.length === 0) return `${file} holds no call`;
    const ignored = ignore.length === 0 ? "" : `\n\n  Not compared: ${ignore.join(", ")}`;
    return tableOf(calls) + ignored;
  },
});

const prune = command<CassettePruneReport>({
  name: "prune",
  summary: "take out the calls that the last run did not use",
  arguments: "<cassette>",
  options: [],
  examples: [["goat-dev cassette prune test/cassettes/chat.jsonl", "after a whole run with it, recorded or replayed"]],
  call: async (typed, app) => {
    const { pruneCassette } = await import("../app/cassettes.ts");
    return pruneCassette(typed.args[0] ?? "", app);
  },
  text: ({ file, kept, removed }) => {
    if (removed.length === 0) return `the last run used all of ${file}: ${plural(kept, "call")}`;
    return `${tableOf(removed)}\n\n${plural(removed.length, "call")} taken out of ${file}, ${kept} left`;
  },
});

const check = command<CassetteCheckReport>({
  name: "check",
  summary: "look for secrets of .env, and for what has the form of a key",
  arguments: "<cassette>",
  options: [],
  examples: [
    ["goat-dev cassette check test/cassettes/chat.jsonl", "before it is committed; exit 1 where it finds one"],
  ],
  call: async (typed, app) => {
    const { checkCassette } = await import("../app/cassettes.ts");
    return checkCassette(typed.args[0] ?? "", app);
  },
  text: ({ file, calls, findings }) =>
    findings.length === 0
      ? `no secret in ${file}: ${plural(calls, "call")}`
      : findings.map(({ line, what }) => `${file}:${line} holds ${what}`).join("\n"),
  exitCode: ({ ok }) => (ok ? 0 : 1),
});

export const cassette: AnyCommand = {
  name: "cassette",
  summary: "files of recorded calls",
  options: [],
  examples: [],
  subcommands: [show, prune, check],
};

function tableOf(rows: readonly CassetteRow[]): string {
  return renderTable(
    ["CALL", "REQUEST", "MODEL", "STATUS", "TIME", "QUESTION"],
    rows.map(({ number, method, path, model, status, pieces, ms, question }) => [
      String(number),
      `${method} ${path}`,
      model ?? "-",
      pieces === null ? String(status) : `${status} in ${plural(pieces, "piece")}`,
      formatDuration(ms),
      cut(question.replace(/\s+/g, " "), 50),
    ]),
  );
}
