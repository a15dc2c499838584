import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memberOf, partsOf } from "../../../src/prisma-engine/json-parts.ts";

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
