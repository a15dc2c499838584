export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Objects are merged key by key; anything else is replaced by what came last. */
export const mergeJson = (old: unknown, next: unknown): unknown => {
  if (!isObject(old) || !isObject(next)) return next;
  const merged = Object.entries(next).map(([key, value]) => [
    key,
    Object.hasOwn(old, key) ? mergeJson(old[key], value) : value,
  ]);
  return { ...old, ...Object.fromEntries(merged) };
};

/** True where `value` holds no more than `limit` levels of nesting: what can be walked and stored safely. */
export const isShallow = (value: unknown, limit: number): boolean => {
  if (typeof value !== "object" || value === null) return true;
  if (limit === 0) return false;
  return Object.values(value).every((inner) => isShallow(inner, limit - 1));
};
