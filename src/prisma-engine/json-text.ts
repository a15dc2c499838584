/** How deep Prisma's engine reads; what lies deeper it refuses. */
const deepest = 127;

/**
 * Whether Prisma's engine can read a JSON text. One that it cannot read would end the whole engine, which expects tagged values
 * to be valid: NaN, half of a surrogate pair, numbers beyond a double, too many levels.
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
