import fc from "fast-check";
import { expect, test } from "vitest";
import { formatComposeDuration, parseBytes, parseDuration } from "../../../../src/compose/formats/units.ts";

test.each([
  ["512m", 512 * 1024 ** 2],
  ["1gb", 1024 ** 3],
  ["1.5g", 1.5 * 1024 ** 3],
  ["2 GiB", 2 * 1024 ** 3],
  ["64K", 65_536],
  ["1000000", 1_000_000],
  ["7b", 7],
  ["0.5", 0],
])("%s is read as Compose reads it", (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

test.each(["", "abc", "m", "-1", "1x", "1bb", "1 k b", "1e3", "99999999p"])("%j is no size", (text) => {
  expect(parseBytes(text)).toBeUndefined();
});

test("every unit must be a power of 1024, in either case and spelling", () => {
  const unit = fc.constantFrom("k", "m", "g", "t");
  fc.assert(
    fc.property(fc.nat(4_000), unit, fc.constantFrom("", "b", "ib"), fc.boolean(), (amount, letter, tail, upper) => {
      const text = `${amount}${letter}${tail}`;
      const power = "kmgt".indexOf(letter) + 1;
      expect(parseBytes(upper ? text.toUpperCase() : text)).toBe(amount * 1024 ** power);
    }),
  );
});

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
  expect(formatComposeDuration(durationMs)).toBe(text);
});

test("a printed duration must read as the same duration", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 9 }), (durationMs) => {
      expect(parseDuration(formatComposeDuration(durationMs))).toBe(durationMs);
    }),
  );
});
