import { structuredPatch } from "diff";

const contextLines = 2;

/** What changed between two texts, as `+`, `-` and a little around it, each place under its line; empty where nothing did. */
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
