import { type Lexeme, lexemeAt } from "./sql-lexeme.ts";

/** One thing for the server; `gexec` means that each cell of its answer is a statement to run in turn. */
export interface ScriptStep {
  readonly sql: string;
  readonly line: number;
  readonly gexec: boolean;
}

export type ReadScript =
  | { readonly ok: true; readonly steps: readonly ScriptStep[] }
  | { readonly ok: false; readonly line: number; readonly reason: string };

/** A statement that is being read. */
interface Open {
  /** Where its first word is; null before that. */
  readonly start: number | null;
  readonly words: readonly string[];
  readonly parens: number;
  readonly blocks: number;
}

const nothing: Open = { start: null, words: [], parens: 0, blocks: 0 };

const createsRoutine = /^create (?:or replace )?(?:function|procedure) /;

/** psql's rule: between `begin` and `end` of a routine's body a semicolon ends nothing. */
const withWord = (open: Open, word: string): Open => {
  const words = open.words.length < 5 ? [...open.words, word] : open.words;
  if (open.parens > 0 || !createsRoutine.test(`${words.join(" ")} `)) return { ...open, words };
  if (word === "begin" || (word === "case" && open.blocks > 0)) return { ...open, words, blocks: open.blocks + 1 };
  if (word === "end" && open.blocks > 0) return { ...open, words, blocks: open.blocks - 1 };
  return { ...open, words };
};

const lineAt = (text: string, at: number): number => text.slice(0, at).split("\n").length;

const commandReason = (command: string): string =>
  command === "\\"
    ? "a backslash outside of a string"
    : `${command} is a command of psql, of which goat-dev knows \\gexec alone`;

const withPiece = (open: Open, kind: Lexeme["kind"], at: number, piece: string): Open => {
  const begun = { ...open, start: open.start ?? at };
  if (kind === "word") return withWord(begun, piece.toLowerCase());
  if (kind === "open") return { ...begun, parens: open.parens + 1 };
  return kind === "close" ? { ...begun, parens: Math.max(0, open.parens - 1) } : begun;
};

/** A script as psql would send it: statement by statement, each in a transaction of its own. */
export const readScript = (text: string): ReadScript => {
  const steps: ScriptStep[] = [];
  let open = nothing;
  const refuse = (at: number, reason: string): ReadScript => ({ ok: false, line: lineAt(text, at), reason });
  const close = (end: number, gexec: boolean): void => {
    if (open.start !== null) {
      steps.push({ sql: text.slice(open.start, end).trim(), line: lineAt(text, open.start), gexec });
    }
    open = nothing;
  };
  for (let at = 0; at < text.length; ) {
    const lexeme = lexemeAt(text, at);
    if (lexeme === null) return refuse(at, "a quote or comment is never closed");
    const { kind, end } = lexeme;
    const piece = text.slice(at, end);
    if (kind === "command") {
      if (piece !== "\\gexec" || open.start === null) return refuse(at, commandReason(piece));
      close(at, true);
    } else if (kind === "semicolon" && open.parens === 0 && open.blocks === 0) {
      close(at, false);
    } else if (kind !== "space" && kind !== "comment") {
      open = withPiece(open, kind, at, piece);
    }
    at = end;
  }
  // psql sends what the last line holds, also without a semicolon.
  close(text.length, false);
  return { ok: true, steps };
};
