const contextLines = 2;

/** What changed between two texts, as `+`, `-` and a little around it; empty where nothing did. */
export const diffLines = (before: string, after: string): readonly string[] => {
  const [old, edited] = [before.split("\n"), after.split("\n")];
  const limit = Math.min(old.length, edited.length);
  let head = 0;
  while (head < limit && old[head] === edited[head]) head += 1;
  let tail = 0;
  while (tail < limit - head && old[old.length - 1 - tail] === edited[edited.length - 1 - tail]) tail += 1;
  if (head === old.length && head === edited.length) return [];
  const between = (lines: readonly string[]): readonly string[] => lines.slice(head, lines.length - tail);
  const below = old.slice(old.length - tail, old.length - tail + contextLines);
  return [
    `@@ line ${head + 1} @@`,
    ...old.slice(Math.max(0, head - contextLines), head).map((line) => `  ${line}`),
    ...between(old).map((line) => `- ${line}`),
    ...between(edited).map((line) => `+ ${line}`),
    ...below.map((line) => `  ${line}`),
  ].map((line) => line.replace(/\r$/, "").trimEnd());
};
