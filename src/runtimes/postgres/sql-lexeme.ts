type Kind =
  | "space"
  | "comment"
  | "string"
  | "name"
  | "dollar"
  | "word"
  | "command"
  | "semicolon"
  | "open"
  | "close"
  | "other";

/** A piece of SQL that no statement's end can be in; `end` is the place after it. */
export interface Lexeme {
  readonly kind: Kind;
  readonly end: number;
}

const patterns: readonly (readonly [Kind, RegExp])[] = [
  ["space", /\s+/y],
  ["comment", /--[^\n]*/y],
  ["string", /[eE]'(?:[^'\\]|\\[\s\S]|'')*'/y],
  ["string", /'(?:[^']|'')*'/y],
  ["name", /"(?:[^"]|"")*"/y],
  ["word", /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ["command", /\\[^\s;'"]*/y],
  ["semicolon", /;/y],
  ["open", /[([]/y],
  ["close", /[)\]]/y],
];
const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
// What opens something without closing it matches nothing above.
const opener = /['"]|[eE]'/y;

const endOf = (pattern: RegExp, text: string, at: number): number | null => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
};

const commentEnd = (text: string, start: number): number | null => {
  let depth = 0;
  for (let at = start; at < text.length - 1; at += 1) {
    const pair = text.slice(at, at + 2);
    if (pair !== "/*" && pair !== "*/") continue;
    depth += pair === "/*" ? 1 : -1;
    at += 1;
    if (depth === 0) return at + 1;
  }
  return null;
};

const dollarEnd = (text: string, at: number, bodyAt: number): number | null => {
  const tag = text.slice(at, bodyAt);
  const closed = text.indexOf(tag, bodyAt);
  return closed < 0 ? null : closed + tag.length;
};

/** The piece at a place; null where it is opened and never closed. */
export const lexemeAt = (text: string, at: number): Lexeme | null => {
  const closing = (kind: Kind, end: number | null): Lexeme | null => (end === null ? null : { kind, end });
  if (text.startsWith("/*", at)) return closing("comment", commentEnd(text, at));
  const bodyAt = endOf(dollarTag, text, at);
  if (bodyAt !== null) return closing("dollar", dollarEnd(text, at, bodyAt));
  for (const [kind, pattern] of patterns) {
    if (kind === "word" && endOf(/[eE]'/y, text, at) !== null) return null;
    const end = endOf(pattern, text, at);
    if (end !== null) return { kind, end };
  }
  return endOf(opener, text, at) === null ? { kind: "other", end: at + 1 } : null;
};
