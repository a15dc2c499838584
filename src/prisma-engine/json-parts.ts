import { endOfString } from "./graphql-text.ts";

/** The elements of a JSON list as they are written, or of an object its keys and values in turn: JavaScript's own numbers would round some. */
export function partsOf(text: string): readonly string[] {
  const parts: string[] = [];
  const marks = /["[\]{},:]/g;
  let depth = 0;
  let start = 1;
  for (let found = marks.exec(text); found !== null; found = marks.exec(text)) {
    const [mark] = found;
    if (mark === '"') marks.lastIndex = endOfString(text, found.index) ?? text.length;
    if ("[{".includes(mark)) depth += 1;
    if ("]}".includes(mark)) depth -= 1;
    const isSeparator = depth === 1 && ",:".includes(mark);
    if (!isSeparator && depth > 0) continue;
    if (found.index > start) parts.push(text.slice(start, found.index));
    start = found.index + 1;
  }
  return parts;
}

/** An object's value of that name, as it is written. */
export function memberOf(text: string, name: string): string | undefined {
  const parts = partsOf(text);
  const at = parts.indexOf(JSON.stringify(name));
  return at < 0 ? undefined : parts[at + 1];
}
