// Measured values, and how they are printed.

/** Values by column and row, in milliseconds. */
export function createSamples() {
  const columns = new Map();
  const of = (column, row) => columns.get(column)?.get(row) ?? [];
  const add = (column, row, value) => {
    if (!columns.has(column)) columns.set(column, new Map());
    columns.get(column).set(row, [...of(column, row), value]);
  };
  return { of, add };
}

export function median(values) {
  const sorted = sort(values);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;

/** "1.20 s (1.10 s to 1.45 s)": median, least and most. */
export function cell(values, unit = seconds) {
  if (values.length === 0) return "-";
  const sorted = sort(values);
  return `${unit(median(sorted))} (${unit(sorted[0])} to ${unit(sorted.at(-1))})`;
}

/** The first column to the left, the others to the right. */
export function align(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) =>
    row.map((text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column])));
  return rows.map((row) => line(row).join("   ")).join("\n");
}

function sort(values) {
  return [...values].sort((a, b) => a - b);
}
