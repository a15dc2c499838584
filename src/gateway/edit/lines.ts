/** Finds where the lines of a text begin and end, by offset; a line's end is behind its line break. */
export interface Lines {
  /** What this text breaks lines with. */
  readonly newline: "\n" | "\r\n";
  startOf(offset: number): number;
  endOf(offset: number): number;
  /** Characters between the line's start and the offset. */
  columnOf(offset: number): number;
}

export function linesOf(text: string): Lines {
  const startOf = (offset: number): number => (offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1);
  const endOf = (offset: number): number => {
    const found = text.indexOf("\n", offset);
    return found === -1 ? text.length : found + 1;
  };
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  return { newline, startOf, endOf, columnOf: (offset) => offset - startOf(offset) };
}

/**
 * Inserts whole lines at an offset where a line begins; a text without a final line break still has none afterwards.
 */
export function insertLines(text: string, at: number, lines: readonly string[]): string {
  const { newline } = linesOf(text);
  const block = lines.join(newline);
  if (at === text.length && text !== "" && !text.endsWith("\n")) return text + newline + block;
  return `${text.slice(0, at)}${block}${newline}${text.slice(at)}`;
}

/** Takes whole lines out; the inverse of insertLines. */
export function removeLines(text: string, start: number, end: number): string {
  const isLast = end === text.length && !text.endsWith("\n");
  const before = text.slice(0, start);
  return (isLast ? before.replace(/\r?\n$/, "") : before) + text.slice(end);
}

/** Appends an element to a list in brackets, with the same space before it as between the others. */
export function insertFlowItem(
  text: string,
  list: { readonly open: number; readonly items: readonly { readonly start: number; readonly end: number }[] },
  item: string,
): string {
  const [last, previous] = [list.items.at(-1), list.items.at(-2)];
  if (last === undefined) return text.slice(0, list.open + 1) + item + text.slice(list.open + 1);
  const between = previous === undefined ? undefined : text.slice(previous.end, last.start);
  const first = text.slice(list.open + 1, last.start);
  const alone = /^\s*\n\s*$/.test(first) ? `,${first}` : ", ";
  const gap = between === undefined ? alone : /^\s*,\s*$/.test(between) ? between : ", ";
  return text.slice(0, last.end) + gap + item + text.slice(last.end);
}

/** Takes one element out of a list in brackets, with the comma that set it apart. */
export function removeFlowItem(
  text: string,
  items: readonly { readonly start: number; readonly end: number }[],
  index: number,
): string {
  const [item, previous, next] = [items[index], items[index - 1], items[index + 1]];
  if (item === undefined) return text;
  const start = previous === undefined ? item.start : previous.end;
  const end = previous === undefined && next !== undefined ? next.start : item.end;
  return text.slice(0, start) + text.slice(end);
}
