import fc from "fast-check";
import { expect, test } from "vitest";
import { parseBytes } from "../../../../src/compose/formats/bytes.ts";

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
