import { quoteValue } from "../platform/shell-quote.ts";

/** Where an assignment's parts stand in the text; `end` is the end of its last line, without the line break. */
interface Assignment {
  readonly name: string;
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly end: number;
}

const head = /[^\S\n]*(?:export[^\S\n]+)?([\w.-]+)[^\S\n]*[=:][^\S\r\n]*/y;

const lineEnd = (text: string, from: number): number => {
  const newline = text.indexOf("\n", from);
  const end = newline === -1 ? text.length : newline;
  return end > from && text[end - 1] === "\r" ? end - 1 : end;
};

/** Past the closing quote, or undefined where the quote is never closed. */
const quotedEnd = (text: string, start: number): number | undefined => {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === quote) return at + 1;
  }
  return undefined;
};

const unquotedEnd = (text: string, start: number): number => {
  const line = text.slice(start, lineEnd(text, start));
  if (line.startsWith("#")) return start;
  const comment = line.search(/[^\S\n]+#/);
  return start + (comment === -1 ? line : line.slice(0, comment)).trimEnd().length;
};

const valueEnd = (text: string, start: number): number => {
  const isQuoted = text[start] === "'" || text[start] === '"';
  return (isQuoted ? quotedEnd(text, start) : undefined) ?? unquotedEnd(text, start);
};

/** Every active assignment, in order; lines inside a quoted value are not taken for assignments. */
const assignments = (text: string): readonly Assignment[] => {
  const found: Assignment[] = [];
  let at = text.startsWith("\ufeff") ? 1 : 0;
  while (at < text.length) {
    head.lastIndex = at;
    const match = head.exec(text);
    let end = lineEnd(text, at);
    if (match?.[1] !== undefined) {
      const valueStart = head.lastIndex;
      const stop = valueEnd(text, valueStart);
      end = lineEnd(text, stop);
      found.push({ name: match[1], valueStart, valueEnd: stop, end });
    }
    const newline = text.indexOf("\n", end);
    at = newline === -1 ? text.length : newline + 1;
  }
  return found;
};

const replaceAt = (text: string, { valueStart, valueEnd: stop, end }: Assignment, value: string): string => {
  const comment = text.slice(stop, end);
  const quoted = quoteValue(value);
  // Compose reads a comment after an empty value as the value.
  const safe = quoted === "" && comment.trim() !== "" ? "''" : quoted;
  const before = text.slice(0, valueStart);
  if (stop !== valueStart || comment.trim() === "" || safe === "") return before + safe + text.slice(stop);
  return `${before.trimEnd()}${safe} ${text.slice(stop)}`;
};

const escapeForPattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The last line such as `# GROQ_API_KEY=` or `#GROQ_API_KEY=gsk_…`: a template's place for the value. */
const placeholder = (text: string, name: string): RegExpExecArray | undefined => {
  const pattern = new RegExp(
    `^[^\\S\\n]*#[^\\S\\n]*(export[^\\S\\n]+)?${escapeForPattern(name)}=\\S*[^\\S\\r\\n]*$`,
    "gm",
  );
  return [...text.matchAll(pattern)].at(-1);
};

const append = (text: string, line: string): string => {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  if (text === "" || text === "\ufeff") return `${text}${line}${newline}`;
  return text.endsWith("\n") ? text + line + newline : text + newline + line;
};

/**
 * A .env's text with one variable set: in its last active assignment (the one that wins), else in its commented line, else
 * at the end. Every other byte stays: comments, order, line breaks, `export`.
 */
export const setVariable = (text: string, name: string, value: string): string => {
  const active = assignments(text).findLast((assignment) => assignment.name === name);
  if (active !== undefined) return replaceAt(text, active, value);
  const line = `${name}=${quoteValue(value)}`;
  const commented = placeholder(text, name);
  if (commented === undefined) return append(text, line);
  const start = commented.index;
  const ended = start + commented[0].replace(/\r$/, "").length;
  return text.slice(0, start) + (commented[1] ?? "") + line + text.slice(ended);
};
