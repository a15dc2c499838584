import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { catalog } from "../../../src/errors/catalog.ts";

const page = readFileSync(new URL("../../../docs/failures.md", import.meta.url), "utf8");

/** Code -> the exit status of its row, or of the heading it stands under. */
const listed = (): Record<string, number> => {
  const found: Record<string, number> = {};
  let heading = 0;
  for (const line of page.split("\n")) {
    if (line.startsWith("## ")) heading = Number(/\(exit (\d+)/.exec(line)?.[1] ?? 0);
    const row = /^\| `([a-z-]+)` \|(?: (\d+) \|)?/.exec(line);
    if (row?.[1] !== undefined) found[row[1]] = row[2] === undefined ? heading : Number(row[2]);
  }
  return found;
};

test("docs/failures.md must list every error code with its exit status, and no other", () => {
  expect(listed()).toEqual(Object.fromEntries(Object.entries(catalog).map(([code, { exit }]) => [code, exit])));
});
