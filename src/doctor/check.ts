import type { GoatError } from "../errors/goat-error.ts";

/** One question with a verdict, evidence and a fix. */
export type CheckResult =
  | { readonly verdict: "ok" | "warning" | "skipped"; readonly text: string }
  | { readonly verdict: "problem"; readonly text: string; readonly error: GoatError };

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
