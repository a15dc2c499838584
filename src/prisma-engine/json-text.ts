import { endOfString } from "./graphql-text.ts";

/** How many levels of lists and objects Prisma's engine reads; it refuses more. */
const deepest = 127;

/**
 * Whether Prisma's engine can read a JSON text. It expects tagged values to be valid, and an invalid one would crash
 * it: NaN, half of a surrogate pair, numbers beyond a double, too many levels.
 */
export function isReadableJson(text: string): boolean {
  try {
    return isReadable(JSON.parse(text), deepest);
  } catch {
    return false;
  }
}

/** One half of a surrogate pair without the other. */
const half = /\p{Surrogate}/u;

function isReadable(value: unknown, levels: number): boolean {
  if (typeof value === "string") return !half.test(value);
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  if (levels === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isReadable(item, levels - 1));
  return Object.entries(value).every(([key, inner]) => !half.test(key) && isReadable(inner, levels - 1));
}

/** The text of a JSON list's elements, or of an object's keys and values: JSON.parse would round some numbers. */
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
