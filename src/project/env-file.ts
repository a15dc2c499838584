import { stat, writeFile } from "node:fs/promises";
import { parse } from "dotenv";
import { systemCode } from "../errors/describe.ts";
import { type EnvText, readEnvText } from "../platform/env-text.ts";
import { atomicWrite, unwritable } from "../platform/files.ts";
import type { Lookup } from "../platform/interpolate.ts";
import { quoteValue } from "../platform/shell-quote.ts";
import { readTextIfThere } from "../platform/text-file.ts";

/**
 * Reads `.env` as Compose does: with dotenv only where both agree, so not for `$X`, a comment after an empty value or
 * escapes. `lookup` is the environment, which wins over lines above. Mistakes are named by line, never by value.
 */
export function parseEnvFile(text: string, lookup: Lookup): EnvText {
  return readEnvText(text, lookup, readPlain);
}

function readPlain(written: string): string {
  return parse(`VALUE=${written}`)["VALUE"] ?? "";
}

const ownerOnly = 0o600;

/** Makes the file with mode 0600; false where there is one already, which is left alone. Throws file-unwritable. */
export async function createEnvFile(path: string, template: string): Promise<boolean> {
  try {
    await writeFile(path, template, { flag: "wx", mode: ownerOnly });
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw unwritable(path, error);
  }
}

/** For each variable that is not set: the commented line that setting it would replace, null where there is none. */
export function unsetIn(path: string, names: readonly string[]): Readonly<Record<string, string | null>> {
  const text = readTextIfThere(path) ?? "";
  const active = assignments(text).map(({ name }) => name);
  return Object.fromEntries(
    names.filter((name) => !active.includes(name)).map((name) => [name, commentOf(text, name)] as const),
  );
}

/** Undoes `updateEnvFile`; `comments` is what `unsetIn` returned before it. Throws file-unreadable, file-unwritable. */
export async function takeOutOfEnvFile(path: string, comments: Readonly<Record<string, string | null>>): Promise<void> {
  const { mode } = await stat(path);
  const text = Object.entries(comments).reduce(
    (current, [name, comment]) => unsetVariable(current, name, comment),
    readTextIfThere(path) ?? "",
  );
  await atomicWrite(path, text, mode & ownerOnly);
}

/**
 * Sets variables in place. The file ends up readable by its owner alone, or keeps a stricter mode.
 * Throws file-unreadable, file-unwritable.
 */
export async function updateEnvFile(path: string, edits: Readonly<Record<string, string>>): Promise<void> {
  const before = await stat(path).catch(() => undefined);
  const mode = before === undefined ? ownerOnly : before.mode & ownerOnly;
  const text = Object.entries(edits).reduce(
    (current, [name, value]) => setVariable(current, name, value),
    readTextIfThere(path) ?? "",
  );
  await atomicWrite(path, text, mode);
}

/**
 * A .env's text with one variable set: in its last active assignment (the one that wins), else in its commented line,
 * else at the end. Every other byte stays: comments, order, line breaks, `export`.
 */
export function setVariable(text: string, name: string, value: string): string {
  const active = assignments(text).findLast((assignment) => assignment.name === name);
  if (active !== undefined) return replaceAt(text, active, value);
  const line = `${name}=${quoteValue(value)}`;
  const commented = placeholder(text, name);
  if (commented === undefined) return append(text, line);
  const start = commented.index;
  const ended = start + commented[0].replace(/\r$/, "").length;
  return text.slice(0, start) + (commented[1] ?? "") + line + text.slice(ended);
}

/** Undoes `setVariable` byte for byte: the line becomes `comment` again, or is removed where that is null. */
export function unsetVariable(text: string, name: string, comment: string | null): string {
  const active = assignments(text).findLast((assignment) => assignment.name === name);
  if (active === undefined) return text;
  const start = Math.max(text.startsWith("\ufeff") ? 1 : 0, text.lastIndexOf("\n", active.valueStart - 1) + 1);
  if (comment !== null) return text.slice(0, start) + comment + text.slice(active.end);
  const next = text.indexOf("\n", active.end);
  const [before, after] = [text.slice(0, start), next === -1 ? "" : text.slice(next + 1)];
  return next === -1 ? before.replace(/\r?\n$/, "") : before + after;
}

/** The commented line that `setVariable` would replace; null where there is none. */
export function commentOf(text: string, name: string): string | null {
  return placeholder(text, name)?.[0].replace(/\r$/, "") ?? null;
}

/** Where an assignment's parts stand in the text; `end` is the end of its last line, without the line break. */
interface Assignment {
  readonly name: string;
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly end: number;
}

const head = /[^\S\n]*(?:export[^\S\n]+)?([\w.-]+)[^\S\n]*[=:][^\S\r\n]*/y;

/** Every active assignment, in order; lines inside a quoted value are not taken for assignments. */
function assignments(text: string): readonly Assignment[] {
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
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf("\n", from);
  const end = newline === -1 ? text.length : newline;
  return end > from && text[end - 1] === "\r" ? end - 1 : end;
}

function valueEnd(text: string, start: number): number {
  const isQuoted = text[start] === "'" || text[start] === '"';
  return (isQuoted ? quotedEnd(text, start) : undefined) ?? unquotedEnd(text, start);
}

/** Past the closing quote, or undefined where the quote is never closed. */
function quotedEnd(text: string, start: number): number | undefined {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === quote) return at + 1;
  }
  return undefined;
}

function unquotedEnd(text: string, start: number): number {
  const line = text.slice(start, lineEnd(text, start));
  if (line.startsWith("#")) return start;
  const comment = line.search(/[^\S\n]+#/);
  return start + (comment === -1 ? line : line.slice(0, comment)).trimEnd().length;
}

function replaceAt(text: string, { valueStart, valueEnd: stop, end }: Assignment, value: string): string {
  const comment = text.slice(stop, end);
  const quoted = quoteValue(value);
  // Compose reads a comment after an empty value as the value.
  const safe = quoted === "" && comment.trim() !== "" ? "''" : quoted;
  const before = text.slice(0, valueStart);
  if (stop !== valueStart || comment.trim() === "" || safe === "") return before + safe + text.slice(stop);
  return `${before.trimEnd()}${safe} ${text.slice(stop)}`;
}

/** The last line such as `# GROQ_API_KEY=` or `#GROQ_API_KEY=gsk_…`: a template's place for the value. */
function placeholder(text: string, name: string): RegExpExecArray | undefined {
  const pattern = new RegExp(
    `^[^\\S\\n]*#[^\\S\\n]*(export[^\\S\\n]+)?${escapeForPattern(name)}=\\S*[^\\S\\r\\n]*$`,
    "gm",
  );
  return [...text.matchAll(pattern)].at(-1);
}

function escapeForPattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function append(text: string, line: string): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  if (text === "" || text === "\ufeff") return `${text}${line}${newline}`;
  return text.endsWith("\n") ? text + line + newline : text + newline + line;
}
