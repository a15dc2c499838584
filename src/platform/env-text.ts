import { interpolate, type Lookup } from "./interpolate.ts";

export interface EnvText {
  readonly variables: Readonly<Record<string, string>>;
  /** Name -> line of the assignment that counts, from 1. */
  readonly lines: Readonly<Record<string, number>>;
  /** Name -> line of the last assignment with a non-empty value before the one that counts. */
  readonly earlier: Readonly<Record<string, number>>;
  /** Named by line and variable, never by value. */
  readonly mistakes: readonly { readonly line: number; readonly message: string }[];
}

/** Reads a value, with its quotes if it has any. Called only for values that need none of Compose's own rules. */
export type PlainReader = (written: string) => string;

interface Statement {
  readonly line: number;
  readonly name: string;
  /** Everything behind the `=`, quotes included; undefined where there is none. */
  readonly written: string | undefined;
}

type Scan = { readonly statement: Statement | undefined; readonly problem?: string; readonly next: number };

const namePattern = /^[\p{L}\p{N}_.[\]-]+$/u;

const escapes: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  '"': '"',
  "\\": "\\",
  // Stays doubled for the interpolation that follows, which reads $$ as one dollar.
  $: "$$",
};

/**
 * Reads an env file's text as Compose does. Variables in values are looked up in `lookup` (the environment) first, then
 * in the lines above. A line that cannot be read is left out and listed in `mistakes`.
 */
export function readEnvText(source: string, lookup: Lookup, readPlain?: PlainReader): EnvText {
  const variables = new Map<string, string>();
  const lines = new Map<string, number>();
  const earlier = new Map<string, number>();
  const mistakes: { line: number; message: string }[] = [];
  const known: Lookup = (name) => lookup(name) ?? variables.get(name);
  for (const { line, statement, problem } of scan(source.replace(/^\uFEFF/, ""))) {
    if (problem !== undefined) mistakes.push({ line, message: problem });
    if (statement === undefined) continue;
    const { name, written } = statement;
    const result = written === undefined ? { value: lookup(name) } : readValue(statement, known, readPlain);
    if ("problem" in result) mistakes.push({ line, message: result.problem });
    else if (result.value !== undefined) {
      const before = lines.get(name);
      if (before !== undefined && (variables.get(name) ?? "").trim() !== "") earlier.set(name, before);
      variables.set(name, result.value);
      lines.set(name, line);
    }
  }
  return {
    variables: Object.fromEntries(variables),
    lines: Object.fromEntries(lines),
    earlier: Object.fromEntries(earlier),
    mistakes,
  };
}

/** Reads `format: raw` as newer Compose does: all after = is the value; a bare name takes the environment's value. */
export function readRawText(source: string, lookup: Lookup): EnvText {
  const variables = new Map<string, string>();
  const lines = new Map<string, number>();
  const mistakes: { line: number; message: string }[] = [];
  for (const [index, text] of source
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    const line = index + 1;
    const trimmed = text.trimStart();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const equals = trimmed.indexOf("=");
    const name = equals < 0 ? trimmed : trimmed.slice(0, equals);
    const value = equals < 0 ? lookup(name) : trimmed.slice(equals + 1);
    if (name === "") mistakes.push({ line, message: "there is no name before the =" });
    else if (/\s/.test(name)) mistakes.push({ line, message: "a name cannot hold white space" });
    else if (value !== undefined) {
      variables.set(name, value);
      lines.set(name, line);
    }
  }
  return { variables: Object.fromEntries(variables), lines: Object.fromEntries(lines), earlier: {}, mistakes };
}

/** The statements of a file, one after the other, each with its line. */
function* scan(text: string): Generator<Omit<Scan, "next"> & { readonly line: number }> {
  let line = 1;
  let from = 0;
  while (from < text.length) {
    const start = skipRemarks(text, from);
    line += countLines(text.slice(from, start));
    from = start;
    if (from >= text.length) return;
    const { next, ...found } = scanStatement(text, from, line);
    yield { ...found, line };
    line += countLines(text.slice(from, next));
    from = next;
  }
}

/** Past white space and comments. */
function skipRemarks(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    if (text[at] === "#") at = lineEnd(text, at);
    else if (/[\s\u0085]/.test(text.charAt(at))) at += 1;
    else return at;
  }
  return at;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

function countLines(text: string): number {
  return text.split("\n").length - 1;
}

/** One statement from the start of a line that is neither empty nor a comment. */
function scanStatement(text: string, from: number, line: number): Scan {
  const end = lineEnd(text, from);
  const { name, value: start } = splitLine(text, from, end);
  const skip = (problem: string): Scan => ({ statement: undefined, problem, next: end });
  if (name === "") return skip("there is no name before the =");
  if (!namePattern.test(name))
    return skip(start === undefined ? "there is no = here" : "a name may hold letters, digits, _, . and -");
  if (start === undefined) return { statement: { line, name, written: undefined }, next: end };
  const isQuoted = text[start] === "'" || text[start] === '"';
  if (!isQuoted) return { statement: { line, name, written: text.slice(start, end) }, next: end };
  const length = quotedLength(text.slice(start));
  if (length === undefined) return skip(`the quote of ${name} is not closed`);
  const close = start + length;
  const rest = text.slice(close, lineEnd(text, close)).trim();
  const next = lineEnd(text, close);
  if (rest !== "" && !rest.startsWith("#")) {
    return { statement: undefined, problem: `something follows the closing quote of ${name}`, next };
  }
  return { statement: { line, name, written: text.slice(start, close) }, next };
}

/** A line's variable name, and the position of its value; no position where there is neither `=` nor `:`. */
function splitLine(text: string, from: number, end: number): { readonly name: string; readonly value?: number } {
  const isExported = /^export[\t\v\f\r ]/.test(text.slice(from, from + 7));
  const start = isExported ? skipBlanks(text, from + 6, end) : from;
  let separator = start;
  while (separator < end && text[separator] !== "=" && text[separator] !== ":") separator += 1;
  let stop = separator;
  while (stop > start && isBlank(text[stop - 1])) stop -= 1;
  const name = text.slice(start, stop);
  return separator === end ? { name } : { name, value: skipBlanks(text, separator + 1, end) };
}

function skipBlanks(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(text[at])) at += 1;
  return at;
}

/** Spaces as Compose counts them, line breaks excepted. */
function isBlank(letter: string | undefined): boolean {
  return letter !== undefined && "\t\v\f\r \u0085\u00a0".includes(letter);
}

/** The length of a quoted value with both quotes; undefined where it does not end. */
function quotedLength(text: string): number | undefined {
  const quote = text[0];
  for (let index = 1; index < text.length; index++) {
    if (text[index] === quote) return index + 1;
    // A backslash escapes the next character: after an escaped backslash, a quote still closes the value.
    if (text[index] === "\\") index++;
  }
  return undefined;
}

function readValue(
  { name, written = "" }: Statement,
  lookup: Lookup,
  readPlain: PlainReader | undefined,
): { readonly value: string } | { readonly problem: string } {
  const whole = /^["']/.test(written) ? written : trimEnd(written);
  if (readPlain !== undefined && isPlain(whole)) return { value: readPlain(whole) };
  const { text, isLiteral } = template(written);
  if (isLiteral) return { value: text };
  // Environment variables of containers and processes end at a NUL.
  if (text.includes("\0")) return { problem: `${name}: a value cannot hold a NUL character` };
  const result = interpolate(text, lookup);
  if (!("problem" in result)) return result;
  // The problem's text quotes the reason after `:?`, which is part of the value and must not be shown.
  return { problem: `${name}: ${result.missing === undefined ? result.problem : "a variable in it has to be set"}` };
}

function trimEnd(text: string): string {
  return text.replace(/[\s\u0085]+$/, "");
}

/** True where every reader of env files finds the same value: no variable, escape, comment or inner quote. */
function isPlain(written: string): boolean {
  return /^(?:"[^"\\$\r\n`]*"|'[^'\\\r\n`]*'|[^"'`\\$#\r\n]*)$/.test(written);
}

function template(written: string): { readonly text: string; readonly isLiteral: boolean } {
  if (written.startsWith("'")) return { text: unquote(written), isLiteral: true };
  if (written.startsWith('"')) return { text: expandEscapes(unquote(written)), isLiteral: false };
  return { text: trimEnd(written.split(" #", 1)[0] ?? ""), isLiteral: false };
}

function unquote(written: string): string {
  const quote = written.charAt(0);
  return written.slice(1, -1).replace(/\\([\s\S])/g, (whole, next: string) => (next === quote ? next : whole));
}

function expandEscapes(text: string): string {
  return text.replace(/\\(?:([abfnrtv$"\\])|0([0-3][0-7]{2}))/g, (_whole, letter: string | undefined, octal: string) =>
    letter === undefined ? String.fromCharCode(Number.parseInt(octal, 8)) : (escapes[letter] ?? letter),
  );
}
