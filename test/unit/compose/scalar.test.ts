import fc from "fast-check";
import { expect, test } from "vitest";
import { resolvePlain } from "../../../src/compose/scalar.ts";

// The answers are Compose's own.
test.each([
  ["012", "number", "10"],
  ["08", "number", "8"],
  ["0x1F", "number", "31"],
  ["0o17", "number", "15"],
  ["0b11", "number", "3"],
  ["1_000", "number", "1000"],
  ["+5", "number", "5"],
  ["-0x1f", "number", "-31"],
  ["1e3", "number", "1000"],
  ["9e9", "number", "9e+09"],
  ["1.0", "number", "1"],
  ["1.10", "number", "1.1"],
  [".5", "number", "0.5"],
  [".5_", "string", ".5_"],
  ["0.00001", "number", "1e-05"],
  ["12345678901234567890123", "number", "1.2345678901234568e+22"],
  ["9223372036854775808", "number", "9223372036854775808"],
  ["true", "boolean", "true"],
  ["FALSE", "boolean", "false"],
  ["yes", "string", "yes"],
  ["", "null", ""],
  ["~", "null", ""],
  ["NULL", "null", ""],
  ["nUll", "string", "nUll"],
  ["190:20", "string", "190:20"],
  ["1.2.3", "string", "1.2.3"],
  ["2020-01-01", "string", "2020-01-01 00:00:00 +0000 UTC"],
  ["0x", "string", "0x"],
  ["-", "string", "-"],
])("%s is read as Compose reads it", (text, type, printed) => {
  expect(resolvePlain(text)).toEqual({ type, text: printed });
});

test("a whole number must come back in its digits", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 63n }), (number) => {
      expect(resolvePlain(String(number))).toEqual({ type: "number", text: String(number) });
    }),
  );
});
