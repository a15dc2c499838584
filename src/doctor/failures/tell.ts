import { stripVTControlCharacters } from "node:util";
import type { ErrorCode } from "../../errors/catalog.ts";
import { type Fix, GoatError } from "../../errors/goat-error.ts";
import { quoteForSh } from "../../platform/shell-quote.ts";
import { type ImageVariable, pinnedImages } from "../../project/versions.ts";
import type { Evidence } from "./evidence.ts";

const lineLimit = 400;

/** The error for a failed service, with evidence: the probe's last answer, the matching log line, and `more`. */
export function failing(
  code: ErrorCode,
  message: string,
  seen: Evidence,
  parts: {
    readonly line?: RegExpExecArray | null;
    readonly more?: readonly string[];
    readonly fixes: readonly Fix[];
  },
): GoatError {
  const evidence = [...evidenceOf(seen, parts.line), ...(parts.more ?? [])];
  return new GoatError(code, message, { service: seen.service.name, evidence, fixes: parts.fixes });
}

export function evidenceOf(seen: Evidence, line: RegExpExecArray | null | undefined): readonly string[] {
  const said = line == null ? [] : [`${seen.service.name}: ${lineOf(line)}`];
  const heard = seen.heard === null || seen.ended !== null ? [] : [seen.heard.why];
  return [...heard, ...said];
}

/** The whole line in which a match was found. */
function lineOf({ input }: RegExpExecArray): string {
  const text = stripVTControlCharacters(input).trim();
  return text.length > lineLimit ? `${text.slice(0, lineLimit)}…` : text;
}

export function allOfLog(service: string): Fix {
  return { command: `goat-dev logs ${service}`, effect: "the whole log" };
}

/** What deletes the data, as the last way out. */
export const anew: Fix = { command: "goat-dev down --volumes", effect: "deletes the data, asks first" };

/** The fix that sets a variable in .env to a value with which the existing data can be used. */
export function setting(variable: string, value: string): Fix {
  return {
    command: `goat-dev up --set ${variable}=${quoteForSh(value)}`,
    effect: "writes it into .env, and goes on with the data",
  };
}

/** The image that the shipped stack has: it fits to the others and to the data. */
export function shippedImage(variable: ImageVariable): Fix {
  return setting(variable, pinnedImages[variable]);
}
