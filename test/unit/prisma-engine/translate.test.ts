import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readModels } from "../../../src/prisma-engine/schema.ts";
import { translate } from "../../../src/prisma-engine/translate.ts";

const models = readModels(`
model User {
  id       String  @id
  metadata Json? // what it likes
  names    String[]
  big      BigInt?
  data     Json
  keys     Key[]
  team     Team?   @relation(fields: [id], references: [id])
}
model Key {
  token String @id
  data  Json
  user  User   @relation(fields: [token], references: [id])
}
model Team {
  id   String @id
  data Json
}
`);

const translated = (text: string): unknown => JSON.parse(translate(text, models).json);

const createdWith = (data: string): unknown => {
  const query = translated(`mutation { result: createOneUser(data: ${data}) { id } }`);
  return (query as { query: { arguments: { data: unknown } } }).query.arguments.data;
};

const json = (value: string): unknown => ({ $type: "Json", value });

const awkward = fc.string({
  unit: fc.constantFrom(...["\\", '"', "{", "}", "$", ":", ",", "a", "é", "😀", "\n", "\u0000", "\u2028"]),
});

describe("a query of prisma-client-py", () => {
  test("must become the same operation with arguments and selection", () => {
    const text = `query {
      result: findManyUser(where: { id: { in: ["a", "b"] } }, take: -2, orderBy: [{ id: desc }]) {
        id
        keys(take: 1) { token }
        _count { keys }
      }
    }`;
    expect(translated(text)).toEqual({
      modelName: "User",
      action: "findMany",
      query: {
        arguments: { where: { id: { in: ["a", "b"] } }, take: -2, orderBy: [{ id: "desc" }] },
        selection: {
          id: true,
          keys: { arguments: { take: 1 }, selection: { token: true } },
          _count: { arguments: {}, selection: { keys: true } },
        },
      },
    });
  });

  test("must keep the digits of a number that JavaScript would round", () => {
    const { json: text } = translate(
      "mutation { result: createOneUser(data: { big: 9007199254740993 }) { big } }",
      models,
    );
    expect(text).toContain('"big":9007199254740993');
  });

  test("must be raw exactly where it names no model", () => {
    const raw = translate(`mutation { result: queryRaw(query: "SELECT 1", parameters: "[]") }`, models);
    expect(raw.isRaw).toBe(true);
    expect(JSON.parse(raw.json)).toEqual({
      action: "queryRaw",
      query: { arguments: { query: "SELECT 1", parameters: "[]" }, selection: {} },
    });
    expect(translate("query { result: findFirstUserOrThrow { id } }", models)).toMatchObject({
      isRaw: false,
      json: expect.stringContaining('"action":"findFirstOrThrow"'),
    });
  });

  test.each([
    ["a field", `{ metadata: "1" }`, { metadata: json("1") }],
    ["a field named like an argument", `{ data: "1" }`, { data: json("1") }],
    ["a plain field beside it", `{ id: "1" }`, { id: "1" }],
    ["nothing", `{ metadata: null }`, { metadata: null }],
    [
      "a nested create",
      `{ keys: { create: [{ data: "1", token: "t" }] } }`,
      { keys: { create: [{ data: json("1"), token: "t" }] } },
    ],
    [
      "a nested createMany",
      `{ keys: { createMany: { data: [{ data: "1" }] } } }`,
      { keys: { createMany: { data: [{ data: json("1") }] } } },
    ],
    [
      "a nested update of many",
      `{ keys: { update: [{ where: { token: "t" }, data: { data: "1" } }] } }`,
      { keys: { update: [{ where: { token: "t" }, data: { data: json("1") } }] } },
    ],
    ["a nested update of one", `{ team: { update: { data: "1" } } }`, { team: { update: { data: json("1") } } }],
    [
      "connectOrCreate",
      `{ team: { connectOrCreate: { where: { id: "t" }, create: { id: "t", data: "1" } } } }`,
      { team: { connectOrCreate: { where: { id: "t" }, create: { id: "t", data: json("1") } } } },
    ],
    [
      "a nested upsert",
      `{ keys: { upsert: [{ where: { token: "t" }, create: { data: "1" }, update: { data: "2" } }] } }`,
      { keys: { upsert: [{ where: { token: "t" }, create: { data: json("1") }, update: { data: json("2") } }] } },
    ],
  ])("must tag JSON, and only that: %s", (_name, text, expected) => {
    expect(createdWith(text)).toEqual(expected);
  });

  test.each([
    [`{ metadata: { equals: "1" } }`, { metadata: { equals: json("1") } }],
    [`{ metadata: { path: ["a"], equals: "1" } }`, { metadata: { path: ["a"], equals: json("1") } }],
    [`{ metadata: { path: ["a"], string_contains: "1" } }`, { metadata: { path: ["a"], string_contains: "1" } }],
    [`{ OR: [{ NOT: { metadata: { not: "1" } } }] }`, { OR: [{ NOT: { metadata: { not: json("1") } } }] }],
    [`{ keys: { some: { data: { equals: "1" } } } }`, { keys: { some: { data: { equals: json("1") } } } }],
    [`{ team: { is: { data: { equals: "1" } } } }`, { team: { is: { data: { equals: json("1") } } } }],
    [`{ id_big: { id: "1", big: 2 } }`, { id_big: { id: "1", big: 2 } }],
  ])("must tag JSON in a filter: %s", (where, expected) => {
    const query = translated(`query { result: findManyUser(where: ${where}) { id } }`);
    expect(query).toMatchObject({ query: { arguments: { where: expected } } });
  });

  test("must take whatever a string holds", () => {
    fc.assert(
      fc.property(awkward, awkward, (id, value) => {
        const text = `{ id: ${JSON.stringify(id)}, metadata: ${JSON.stringify(JSON.stringify(value))} }`;
        expect(createdWith(text)).toEqual({ id, metadata: json(JSON.stringify(value)) });
      }),
    );
  });

  test("must take any value that is not JSON as it stands", () => {
    const key = fc.stringMatching(/^[a-z_]{1,8}$/);
    const values = [fc.string(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null)];
    const tree = fc.object({ key, values, maxDepth: 3, maxKeys: 4 });
    fc.assert(
      fc.property(tree, (value) => {
        const expected = JSON.parse(JSON.stringify({ names: value }));
        expect(createdWith(`{ names: ${graphql(value)} }`)).toEqual(expected);
      }),
    );
  });

  test("must take a string of many megabytes", () => {
    const long = 'a"\\'.repeat(2_000_000);
    expect(createdWith(`{ id: ${JSON.stringify(long)} }`)).toEqual({ id: long });
  });

  test.each([
    `query { result: findManyUser(where: { id: "secret` + `" { id } }`,
    `query { result: dropUser { id } }`,
    `query { result: findManyUser { id } } secret`,
    `query { result: findManyUser(where: { id: "secret) { id } }`,
    "",
  ])("must be refused without its text where it cannot be read: %s", (text) => {
    expect(() => translate(text, models)).toThrow(SyntaxError);
    expect(() => translate(text, models)).toThrow(/^the query cannot be read at character \d+$/);
  });

  test("must not become one with a value that is no JSON, and not be quoted", () => {
    const text = 'mutation { result: createOneKey(data: { data: "{\\"secret\\": NaN}" }) { token } }';
    expect(() => translate(text, models)).toThrow(new SyntaxError("the query has a value that is no JSON"));
  });
});

/** As prisma-client-py writes a value. */
function graphql(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(graphql).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${key}: ${graphql(item)}`)
    .join(" ")} }`;
}
