/** Single-character edits between two words. */
const distance = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [at, letter] of [...left].entries()) {
    const next = [at + 1];
    for (const [column, other] of [...right].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};

/** The name that was most likely meant, or null where none is close. */
export const nearestName = (wanted: string, names: readonly string[]): string | null => {
  const word = wanted.toLowerCase();
  const limit = Math.max(2, Math.floor(word.length / 3));
  const ranked = names
    .map((name) => ({ name, far: name.toLowerCase().startsWith(word) ? 0 : distance(word, name.toLowerCase()) }))
    .filter(({ far }) => far <= limit)
    .toSorted((one, other) => one.far - other.far);
  return ranked[0]?.name ?? null;
};
