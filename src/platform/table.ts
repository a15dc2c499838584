import { type Paint, padTo, visibleWidth } from "./style.ts";

/**
 * Rows under their headings, columns aligned by what is seen of them; two spaces before each line and between columns.
 */
export function renderTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  paint: Paint = (_look, text) => text,
): string {
  const widths = headings.map((heading, column) =>
    Math.max(visibleWidth(heading), ...rows.map((row) => visibleWidth(row[column] ?? ""))),
  );
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, column) => padTo(cell, widths[column] ?? 0)).join("  ")}`.trimEnd();
  return [line(headings.map((heading) => paint("dim", heading))), ...rows.map(line)].join("\n");
}

/** Pairs of a label and a text, texts aligned: `  Gateway   http://localhost:4000/v1`. */
export function renderPairs(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...pairs.map(([label]) => visibleWidth(label)));
  return pairs.map(([label, text]) => `  ${padTo(label, width)}   ${text}`.trimEnd()).join("\n");
}
