import type { CheckResult } from "../doctor/check.ts";
import type { GoatError } from "../errors/goat-error.ts";
import { renderPairs } from "../platform/table.ts";
import { plural } from "../platform/text.ts";
import type { Context } from "./command.ts";

/** A doctor's answer; gives the first problem's exit status. */
export const reportChecks = (results: readonly CheckResult[], context: Context): number | undefined => {
  const problems = results.flatMap((result) => (result.verdict === "problem" ? [result.error] : []));
  context.emit({
    type: "result",
    data: { ok: problems.length === 0, checks: results.map(checkData) },
    text: renderResults(results, problems),
  });
  return problems[0]?.exitCode;
};

const checkData = (result: CheckResult) =>
  result.verdict === "problem"
    ? {
        verdict: result.verdict,
        text: result.text,
        code: result.error.code,
        evidence: result.error.evidence,
        fixes: result.error.fixes,
      }
    : { verdict: result.verdict, text: result.text };

const marks = { ok: "✔", warning: "!", skipped: "-", problem: "✖" } as const;

const renderResults = (results: readonly CheckResult[], problems: readonly GoatError[]): string => {
  const lines = results.map((result) => `${marks[result.verdict]} ${result.text}`);
  if (problems.length === 0) return [...lines, "", "No problem found."].join("\n");
  const details = problems.map((error) =>
    renderPairs([
      [error.code, error.message],
      ...error.evidence.map((line) => ["", line] as const),
      ...error.fixes.map(({ command, effect }) => ["fix", `${command}   ${effect}`] as const),
    ]),
  );
  return [...lines, "", plural(problems.length, "problem"), ...details].join("\n");
};
