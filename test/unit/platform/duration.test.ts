import { expect, test } from "vitest";
import { parseDuration, parseLimit } from "../../../src/platform/duration.ts";

test.each([
  ["90", 90_000],
  ["1.5", 1_500],
  ["500ms", 500],
  ["1m30s", 90_000],
  ["2min", 120_000],
  ["0", 0],
  ["0ms", 0],
  ["-1", undefined],
  ["5 s", undefined],
  ["", undefined],
])("the duration %j must be %j ms", (text, ms) => expect(parseDuration(text)).toBe(ms));

test("a limit must be more than nothing", () => {
  expect(["0", "0s", "1s"].map(parseLimit)).toEqual([undefined, undefined, 1_000]);
});
