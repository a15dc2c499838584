import type { GoatError } from "../errors/goat-error.ts";

/** One question with a verdict, evidence and a fix. */
export type CheckResult =
  | { readonly verdict: "ok" | "warning" | "skipped"; readonly text: string }
  | { readonly verdict: "problem"; readonly text: string; readonly error: GoatError };

export const ok = (text: string): CheckResult => ({ verdict: "ok", text });
export const warning = (text: string): CheckResult => ({ verdict: "warning", text });
export const skipped = (text: string): CheckResult => ({ verdict: "skipped", text });
export const problem = (error: GoatError): CheckResult => ({ verdict: "problem", text: error.message, error });
