import type { ErrorCode } from "../errors/catalog.ts";
import type { Fix, GoatError } from "../errors/goat-error.ts";

/** One question with a verdict, evidence and a fix. */
export type CheckResult =
  | { readonly verdict: "ok" | "warning" | "skipped"; readonly text: string }
  | { readonly verdict: "problem"; readonly text: string; readonly error: GoatError };

/** A doctor's answer. */
export interface ChecksReport {
  /** No check found a problem. */
  readonly ok: boolean;
  readonly checks: readonly CheckReport[];
}

export type CheckReport =
  | { readonly verdict: "ok" | "warning" | "skipped"; readonly text: string }
  | {
      readonly verdict: "problem";
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

export function checksReport(results: readonly CheckResult[]): ChecksReport {
  return { ok: results.every(({ verdict }) => verdict !== "problem"), checks: results.map(checkReport) };
}

function checkReport(result: CheckResult): CheckReport {
  if (result.verdict !== "problem") return { verdict: result.verdict, text: result.text };
  const { code, evidence, fixes } = result.error;
  return { verdict: "problem", text: result.text, code, evidence, fixes };
}
