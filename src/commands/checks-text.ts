import type { CheckReport, ChecksReport } from "../doctor/check.ts";
import { exitCodeOf } from "../errors/catalog.ts";
import { renderPairs } from "../platform/table.ts";
import { plural } from "../platform/text.ts";

const marks = { ok: "✔", warning: "!", skipped: "-", problem: "✖" } as const;

/** A doctor's answer: a line for each check, then each problem with its evidence and what to type. */
export function checksText({ checks }: ChecksReport): string {
  const lines = checks.map(({ verdict, text }) => `${marks[verdict]} ${text}`);
  const problems = checks.filter(isProblem);
  if (problems.length === 0) return [...lines, "", "No problem found."].join("\n");
  const details = problems.map(({ code, text, evidence, fixes }) =>
    renderPairs([
      [code, text],
      ...evidence.map((line) => ["", line] as const),
      ...fixes.map(({ command, effect }) => ["fix", `${command}   ${effect}`] as const),
    ]),
  );
  return [...lines, "", plural(problems.length, "problem"), ...details].join("\n");
}

/** The first problem's. */
export function checksExitCode({ checks }: ChecksReport): number {
  const first = checks.find(isProblem);
  return first === undefined ? 0 : exitCodeOf(first.code);
}

function isProblem(check: CheckReport): check is Extract<CheckReport, { readonly verdict: "problem" }> {
  return check.verdict === "problem";
}
