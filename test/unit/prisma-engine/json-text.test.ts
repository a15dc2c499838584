import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isReadableJson } from "../../../src/prisma-engine/json-text.ts";

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
