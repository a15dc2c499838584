import { isScalar, isSeq } from "yaml";
import { type Fields, isRecord } from "../../model/fields.ts";
import { fieldOf, parseSource } from "./yaml-source.ts";

/** An entry that is commented out, and the lines it takes. */
export interface DisabledEntry {
  readonly name: string;
  /** Null where an alias refers to something outside the entry. */
  readonly data: Fields | null;
  /** Counts from 1. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** Its lines without their `#`. */
  readonly bare: string;
}

interface Prefix {
  /** Columns before the `#`. */
  readonly margin: string;
  /** `# `, or `#` alone where that is what puts the `-` in the list's column. */
  readonly mark: string;
  /** The column of the `-`. */
  readonly indent: number;
}

const lineBreak = /\r?\n$/;

const firstLine = /^( *)#( *)- /;

interface Read {
  readonly name: string;
  readonly data: Fields | null;
}

/** Every entry below `model_list:` that is commented out, in order. */
export function disabledEntries(text: string, listIndent: number | null = null): readonly DisabledEntry[] {
  const lines = splitLines(text);
  const found: DisabledEntry[] = [];
  const head = lines.findIndex((line) => /^model_list\s*:/.test(line));
  let offset = lines.slice(0, head + 1).join("").length;
  for (let at = head + 1; head >= 0 && at < lines.length; ) {
    const prefix = prefixOf(lines[at] ?? "", listIndent);
    const block = prefix === null ? [] : blockAt(lines, at, prefix);
    const read = block.length === 0 ? null : readEntry(block.join(""));
    const taken = read === null ? 1 : block.length;
    const end = offset + lines.slice(at, at + taken).join("").length;
    if (read !== null) found.push({ ...read, line: at + 1, start: offset, end, bare: block.join("") });
    at += taken;
    offset = end;
  }
  return found;
}

function splitLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** `listIndent` is the column at which the list's own entries begin; null where it has none. */
function prefixOf(line: string, listIndent: number | null): Prefix | null {
  const match = firstLine.exec(line);
  if (match === null) return null;
  const [, margin = "", spaces = ""] = match;
  const bare = margin.length + spaces.length;
  const keepsSpace = spaces === "" || (listIndent !== null && bare === listIndent);
  return keepsSpace ? { margin, mark: "#", indent: bare } : { margin, mark: "# ", indent: bare - 1 };
}

/**
 * The lines of the entry that begins here, without their `#`; comments and empty lines count only where more of the
 * entry follows.
 */
function blockAt(lines: readonly string[], from: number, prefix: Prefix): readonly string[] {
  const bare: string[] = [uncommented(lines[from] ?? "", prefix) ?? ""];
  let length = 1;
  for (const line of lines.slice(from + 1)) {
    const text = uncommented(line, prefix);
    const role = roleOf(line, text, prefix);
    if (role === "outside") break;
    bare.push(text ?? line);
    if (role === "inside") length = bare.length;
  }
  return bare.slice(0, length);
}

/** The line without its `#`; null where it has none in that column. */
function uncommented(line: string, { margin, mark }: Prefix): string | null {
  const blank = /^( *)#(\r?\n)?$/.exec(line);
  if (blank !== null) return `${blank[1]}${blank[2] ?? ""}`;
  return line.startsWith(margin + mark) ? margin + line.slice(margin.length + mark.length) : null;
}

/** Whether a line belongs to the entry that began above it. */
function roleOf(line: string, bare: string | null, { indent }: Prefix): "inside" | "perhaps" | "outside" {
  if (bare === null) return /^ *#/.test(line) ? "perhaps" : "outside";
  if (bare.trim() === "") return "perhaps";
  const column = bare.search(/\S/);
  if (column > indent) return "inside";
  return bare.trimStart().startsWith("#") ? "perhaps" : "outside";
}

/** Null where the text is an ordinary comment and not an entry, or is not YAML. */
function readEntry(bare: string): Read | null {
  const { document, data } = parseSource(bare, "1.1");
  if (!isSeq(document.contents) || document.contents.items.length !== 1) return null;
  const [entry] = document.contents.items;
  const name = fieldOf(entry, "model_name")?.value;
  const isEntry = isScalar(name) && typeof name.value === "string" && fieldOf(entry, "litellm_params") !== undefined;
  return isEntry ? { name: String(name.value), data: dataOf(data) } : null;
}

/** Null where an alias refers to something outside the entry: only the entry is parsed here. */
function dataOf(read: () => unknown): Fields | null {
  try {
    const value = read();
    const entry: unknown = Array.isArray(value) ? value[0] : undefined;
    return isRecord(entry) ? entry : null;
  } catch {
    return null;
  }
}

/** Puts a `#` in front of each line of an entry; null where removing it again would not give the same line. */
export function commentOut(lines: string, indent: number): string | null {
  const margin = " ".repeat(indent);
  const marked = splitLines(lines).map((line) => {
    const body = line.replace(lineBreak, "");
    if (body.trim() === "") return /^ *$/.test(body) ? `${body}#${line.slice(body.length)}` : null;
    if (line.startsWith(margin)) return `${margin}# ${line.slice(indent)}`;
    return body.trimStart().startsWith("#") ? line : null;
  });
  return marked.every((line) => line !== null) ? marked.join("") : null;
}
