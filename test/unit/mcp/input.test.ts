import fc from "fast-check";
import { expect, test } from "vitest";
import { type Properties, readInput } from "../../../src/mcp/input.ts";
import { tools } from "../../../src/mcp/tools.ts";

const properties: Properties = {
  name: { type: "string", description: "", enum: ["a", "b"] },
  free: { type: "string", description: "" },
  all: { type: "boolean", description: "" },
  count: { type: "integer", minimum: 1, maximum: 9, description: "" },
  names: { type: "array", items: { type: "string" }, description: "" },
};

test("what fits must be read as it is, and what is left out as nothing", () => {
  const given = readInput({ name: "a", all: true, count: 3, names: ["x"] }, properties);
  expect([given.text("name"), given.flag("all"), given.count("count", 1), given.texts("names")]).toEqual([
    "a",
    true,
    3,
    ["x"],
  ]);
  const nothing = readInput(undefined, properties);
  expect([nothing.text("free"), nothing.flag("all"), nothing.count("count", 7), nothing.texts("names")]).toEqual([
    undefined,
    false,
    7,
    [],
  ]);
});

test.each([
  [{ name: "c" }, "name is not one of a, b"],
  [{ count: 0 }, "count is not a whole number from 1 to 9"],
  [{ count: 1.5 }, "count is not a whole number from 1 to 9"],
  [{ names: ["x", 1] }, "names is not a list of texts"],
  [{ other: 1 }, "there is no argument other"],
  [[], "a tool's arguments are an object"],
])("%j must be refused", (given, message) => {
  expect(() => readInput(given, properties)).toThrow(message);
});

test("whatever a client sends must be read or refused with its name", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(properties), "x"), fc.jsonValue()), (given) => {
      try {
        readInput(given, properties);
      } catch (error) {
        expect(String(error)).toMatch(new RegExp(Object.keys(given).join("|")));
      }
    }),
  );
});

test("each tool must have a name of its own, and say what its arguments are", () => {
  expect(new Set(tools.map(({ name }) => name)).size).toBe(tools.length);
  for (const { description, properties: own, required = [] } of tools) {
    expect(description).not.toBe("");
    expect(Object.values(own).every((property) => property.description !== "")).toBe(true);
    expect(Object.keys(own)).toEqual(expect.arrayContaining([...required]));
  }
});
