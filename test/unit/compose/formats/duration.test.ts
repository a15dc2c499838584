import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDuration, parseDuration } from "../../../../src/compose/formats/duration.ts";

test.each([
  ["10s", 10_000],
  ["1h5m30s20ms", 3_930_020],
  ["1.5s", 1_500],
  [".5h", 1_800_000],
  ["1d", 86_400_000],
  ["2w", 1_209_600_000],
  ["250us", 0.25],
  ["1µs", 0.001],
  ["0", 0],
  ["+3s", 3_000],
  ["1s1s", 2_000],
])("%s is read as Compose reads it", (text, durationMs) => {
  expect(parseDuration(text)).toBe(durationMs);
});

test.each(["", "10", "s", "1 s", "-5s", "1y", "1.s.", "10s5", "constructor", "1constructor"])(
  "%j is no duration",
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test.each([
  [0, "0s"],
  [500, "500ms"],
  [60_000, "1m0s"],
  [180_000, "3m0s"],
  [3_930_020, "1h5m30.02s"],
  [86_400_000, "24h0m0s"],
  [0.25, "250µs"],
])("%d ms are printed as Compose prints them", (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
});

test("a printed duration must read as the same duration", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 9 }), (durationMs) => {
      expect(parseDuration(formatDuration(durationMs))).toBe(durationMs);
    }),
  );
});
