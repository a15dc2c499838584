import type { CheckReport, ChecksReport } from "../doctor/check.ts";
import { exitCodeOf } from "../errors/catalog.ts";
import { renderPairs } from "../platform/table.ts";
import { plural } from "../platform/text.ts";

const marks = { ok: "✔", warning: "!", skipped: "-", problem: "✖" } as const;

/** The checks of a doctor command as text: one line each, then every problem with its evidence and its fixes. */
export function checksText({ checks, complete, notAsked, applied, report }: ChecksReport): string {
  const lines = checks.map(({ verdict, group, text }, index) => {
    const isFirst = group !== checks[index - 1]?.group;
    return group === undefined
      ? `${marks[verdict]} ${text}`
      : `${marks[verdict]} ${(isFirst ? group : "").padEnd(10)}${text}`;
  });
  const problems = checks.filter(isProblem);
  const done = applied.map((command) => `applied: ${command}`);
  const written = report === undefined ? [] : [`${report} can be pasted into an issue: look it over first`];
  const rest = [...done, ...notAsked, ...written];
  const found = complete ? "No problem found." : "No problem found in what could be asked.";
  if (problems.length === 0) return [...lines, "", found, ...rest].join("\n");
  const details = problems.map(({ code, text, evidence, fixes }) =>
    renderPairs([
      [code, text],
      ...evidence.map((line) => ["", line] as const),
      ...fixes.map(({ command, effect }) => ["fix", `${command}   ${effect}`] as const),
    ]),
  );
  return [...lines, "", plural(problems.length, "problem"), ...details, ...rest].join("\n");
}

/** The exit status of the first problem's code; 0 where there is no problem. */
export function checksExitCode({ checks }: ChecksReport): number {
  const first = checks.find(isProblem);
  return first === undefined ? 0 : exitCodeOf(first.code);
}

function isProblem(check: CheckReport): check is Extract<CheckReport, { readonly verdict: "problem" }> {
  return check.verdict === "problem";
}
