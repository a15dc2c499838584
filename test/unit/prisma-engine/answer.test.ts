import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { graphqlAnswer } from "../../../src/prisma-engine/answer.ts";

const answered = (value: unknown): unknown =>
  JSON.parse(graphqlAnswer(JSON.stringify({ data: { findManyUser: value } }), false));

const rowsOf = (columns: string[], types: string[], rows: unknown[][]): unknown =>
  JSON.parse(graphqlAnswer(JSON.stringify({ data: { queryRaw: { columns, types, rows } } }), true));

const typed = (type: string, value: unknown) => ({ prisma__type: type, prisma__value: value });

const awkward = fc.string({
  unit: fc.constantFrom(...["\\", '"', "{", "}", "$", ":", ",", "a", "é", "😀", "\n", "\u0000", "\u2028"]),
});

describe("an answer of Prisma's engine", () => {
  test("must stand under the name that the client asks for, without tags", () => {
    const tags = ["DateTime", "Decimal", "BigInt", "Bytes", "Json", "Enum"];
    const fields = Object.fromEntries(tags.map((name) => [name, { $type: name, value: `"${name}"` }]));
    const bare = Object.fromEntries(tags.map((name) => [name, `"${name}"`]));
    expect(answered([fields, null])).toEqual({ data: { result: [bare, null] } });
  });

  test("must keep what a user wrote, tags included", () => {
    const text = fc.oneof(awkward, fc.constantFrom('{"$type":"Json","value":"x"}', '\\"}', '","value":"'));
    fc.assert(
      fc.property(fc.array(fc.record({ plain: text, json: text })), (rows) => {
        const tagged = rows.map(({ plain, json }) => ({ plain, json: { $type: "Json", value: json }, next: 1 }));
        expect(answered(tagged)).toEqual({ data: { result: rows.map((row) => ({ ...row, next: 1 })) } });
      }),
    );
  });

  test("must give raw rows as typed cells", () => {
    const types = ["int", "bigint", "double", "json", "string-array", "string"];
    expect(rowsOf(["a", "b", "c", "d", "e", "f"], types, [[1, "2", 3, { x: 1 }, ["y", null], null]])).toEqual({
      data: {
        result: [
          {
            a: typed("int", 1),
            b: typed("bigint", "2"),
            c: typed("double", 3),
            d: typed("json", { x: 1 }),
            e: typed("array", [typed("string", "y"), typed("null", null)]),
            f: typed("null", null),
          },
        ],
      },
    });
  });

  test("must write a whole number of a floating type so that Python reads a float", () => {
    const text = JSON.stringify({ data: { queryRaw: { columns: ["a"], types: ["double"], rows: [[3]] } } });
    expect(graphqlAnswer(text, true)).toContain('"prisma__value":3.0');
  });

  test("must pass on a count and an error", () => {
    expect(graphqlAnswer('{"data":{"executeRaw":3}}', true)).toBe('{"data":{"result":3}}');
    expect(graphqlAnswer('{"errors":[{"error":"x"}]}', true)).toBe('{"errors":[{"error":"x"}]}');
  });
});
