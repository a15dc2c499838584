import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isReadableJson, memberOf, partsOf } from "../../../src/prisma-engine/json-text.ts";

const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

describe("JSON that Prisma's engine is given", () => {
  test("must be let through where it is any", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => isReadableJson(JSON.stringify(value))),
      { numRuns: 30 },
    );
    for (const text of ["null", ' {"a" : 1e308} ', nested(127), '"\\ud83d\\ude00"'])
      expect(isReadableJson(text)).toBe(true);
  });

  test.each(["", "NaN", "{'a':1}", "[1,]", "1e999", '{"a":{"\\udead":1}}', '["\\ud83d"]', nested(128), "1 2"])(
    "must be refused where the engine would end of it: %s",
    (text) => {
      expect(isReadableJson(text)).toBe(false);
    },
  );
});

describe("the parts of JSON text", () => {
  test("must be the elements of a list and the pairs of an object, as they are written", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()), (list, object) => {
        expect(partsOf(JSON.stringify(list))).toEqual(list.map((item) => JSON.stringify(item)));
        const pairs = Object.entries(object).flatMap((pair) => pair.map((part) => JSON.stringify(part)));
        expect(partsOf(JSON.stringify(object))).toEqual(pairs);
      }),
    );
  });

  test("must keep every digit, and be found by name", () => {
    const text = '{"a":[12345678901234567890,"]\\"}"],"b":{"a":1}}';
    expect(memberOf(text, "a")).toBe('[12345678901234567890,"]\\"}"]');
    expect(memberOf(text, "c")).toBeUndefined();
    expect(partsOf("[]")).toEqual([]);
  });
});
