import type { ErrorCode } from "../errors/catalog.ts";
import type { Fix, GoatError } from "../errors/goat-error.ts";

/** What a check is about, in the order in which the report lists them. */
export const groups = [
  "machine",
  "files",
  "keys",
  "engine",
  "ports",
  "images",
  "database",
  "tracing",
  "gateway",
  "models",
  "services",
  "cloud",
] as const;

export type Group = (typeof groups)[number];

/** One question with a verdict, evidence and a fix. */
export type CheckResult =
  | {
      readonly verdict: "ok" | "warning" | "skipped";
      readonly text: string;
      readonly group?: Group;
      /** It was asked, and no answer came in time. */
      readonly late?: boolean;
    }
  | { readonly verdict: "problem"; readonly text: string; readonly group?: Group; readonly error: GoatError };

/** A doctor's answer. */
export interface ChecksReport {
  /** No check found a problem. */
  readonly ok: boolean;
  /** Every check that was wanted came to an answer. */
  readonly complete: boolean;
  readonly checks: readonly CheckReport[];
  /** Checks that were left out, and what to type to run them. */
  readonly notAsked: readonly string[];
  /** Commands that --fix ran for the user. */
  readonly applied: readonly string[];
  /** The file that --report wrote. */
  readonly report?: string;
}

export type CheckReport =
  | { readonly verdict: "ok" | "warning" | "skipped"; readonly group?: Group; readonly text: string }
  | {
      readonly verdict: "problem";
      readonly group?: Group;
      readonly text: string;
      readonly code: ErrorCode;
      readonly evidence: readonly string[];
      readonly fixes: readonly Fix[];
    };

export function ok(text: string): CheckResult {
  return { verdict: "ok", text };
}

export function warning(text: string): CheckResult {
  return { verdict: "warning", text };
}

export function skipped(text: string): CheckResult {
  return { verdict: "skipped", text };
}

export function problem(error: GoatError): CheckResult {
  return { verdict: "problem", text: error.message, error };
}

/** For a check that got no answer in time: this counts neither as ok nor as a problem. */
export function late(text: string): CheckResult {
  return { verdict: "skipped", text, late: true };
}

export function inGroup(group: Group, results: readonly CheckResult[]): readonly CheckResult[] {
  return results.map((result) => ({ ...result, group }));
}

export function checksReport(
  results: readonly CheckResult[],
  { notAsked = [], applied = [] }: Partial<Pick<ChecksReport, "notAsked" | "applied">> = {},
): ChecksReport {
  return {
    ok: results.every(({ verdict }) => verdict !== "problem"),
    complete: results.every((result) => result.verdict === "problem" || result.late !== true),
    checks: results.map(checkReport),
    notAsked,
    applied,
  };
}

function checkReport(result: CheckResult): CheckReport {
  const { verdict, text, group } = result;
  const about = group === undefined ? {} : { group };
  if (verdict !== "problem") return { verdict, ...about, text };
  const { code, evidence, fixes } = result.error;
  return { verdict, ...about, text, code, evidence, fixes };
}
