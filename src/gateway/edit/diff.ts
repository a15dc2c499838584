import { structuredPatch } from "diff";

const contextLines = 2;

/**
 * The lines that differ between two texts, marked `+` and `-`, with two lines of context; each place begins with its
 * line number. Empty where nothing differs.
 */
export function diffLines(before: string, after: string): readonly string[] {
  const { hunks } = structuredPatch("", "", before, after, "", "", { context: contextLines });
  return hunks
    .flatMap(({ oldStart, lines }) => {
      const ahead = Math.max(
        0,
        lines.findIndex((line) => /^[+-]/.test(line)),
      );
      const shown = lines.filter((line) => !line.startsWith("\\"));
      return [`@@ line ${oldStart + ahead} @@`, ...shown.map((line) => `${line[0]} ${line.slice(1)}`)];
    })
    .map((line) => line.replace(/\r$/, "").trimEnd());
}
