import { catalog, type ErrorCode } from "../errors/catalog.ts";
import { GoatError } from "../errors/goat-error.ts";
import { nearest } from "../platform/text.ts";

/** What is known of a failure, without looking at any stack. */
export interface ExplainReport {
  readonly failures: readonly ExplainedFailure[];
}

interface ExplainedFailure {
  readonly code: ErrorCode;
  /** The exit status of a command that fails with it. */
  readonly exitCode: number;
  readonly means: string;
  /** What to do about it. */
  readonly mend: string;
}

/** Explains the named failures, or every one where none is named. Throws usage for an unknown code. */
export async function explain({ codes }: { readonly codes: readonly string[] }): Promise<ExplainReport> {
  const known = Object.keys(catalog).filter(isCode);
  for (const code of codes) if (!isCode(code)) throw unknown(code, known);
  const wanted = codes.length === 0 ? known : known.filter((code) => codes.includes(code));
  return {
    failures: wanted.map((code) => {
      const { exit: exitCode, means, mend } = catalog[code];
      return { code, exitCode, means, mend };
    }),
  };
}

function isCode(text: string): text is ErrorCode {
  return Object.hasOwn(catalog, text);
}

function unknown(code: string, known: readonly string[]): GoatError {
  const near = nearest(code, known);
  return new GoatError("usage", `${JSON.stringify(code)} is no failure's code`, {
    fixes: [
      near === undefined
        ? { command: "goat-dev explain", effect: "lists every one" }
        : { command: `goat-dev explain ${near}`, effect: "perhaps this was meant" },
    ],
  });
}
