import { beforeAll, describe, expect, inject, test } from "vitest";
import type { PythonClient, Word, Words } from "./python-client.ts";
import { budgetFilters, groups, keyFilters, logFilters, pages, rows } from "./read-cases.ts";
import { suiteScene } from "./scene.ts";

const { missing } = inject("prisma");

describe.skipIf(missing !== null)("a question to the database", () => {
  const open = suiteScene();
  let client: PythonClient;
  let ask: <Row>(sql: string) => Promise<readonly Row[]>;
  beforeAll(async () => {
    const options = await open.database();
    const db = await open.connected(options);
    await db.query(rows);
    client = await open.client(options);
    ask = async <Row>(sql: string) =>
      (await db.query({ text: sql, rowMode: "array" })).rows.map(([found]) => found as Row);
  });

  const idsOf = async (model: string, id: string, given: Words): Promise<readonly unknown[]> =>
    (await client.call<readonly Record<string, unknown>[]>(`${model}.find_many`, given)).map((row) => row[id]);

  test.each([
    ["LiteLLM_SpendLogs", "request_id", logFilters],
    ["LiteLLM_VerificationToken", "token", keyFilters],
    ["LiteLLM_BudgetTable", "budget_id", budgetFilters],
  ] as const)("must filter %s as SQL does", async (table, id, filters) => {
    const found: unknown[] = [];
    for (const [where] of filters) {
      const given = { where, order: { [id]: "asc" } };
      const counted = await client.call(`${table.toLowerCase()}.count`, { where });
      const ids = await idsOf(table.toLowerCase(), id, given).catch(String);
      found.push([JSON.stringify(where), ids, counted]);
    }
    const meant: unknown[] = [];
    for (const [where, sql] of filters) {
      const ids = await ask(`SELECT ${id} FROM "${table}" WHERE ${sql} ORDER BY 1`);
      meant.push([JSON.stringify(where), ids, ids.length]);
    }
    expect(found).toEqual(meant);
  });

  test.each(pages)("must take the page %j", async (given, sql) => {
    const meant = await ask(`SELECT request_id FROM "LiteLLM_SpendLogs" WHERE true ${sql}`);
    expect(await idsOf("litellm_spendlogs", "request_id", given)).toEqual(meant);
  });

  test.each(groups)("must group %j", async (given, sql) => {
    const meant = (await ask<string>(sql)).map((text) => JSON.parse(text));
    expect(plainNumbers(await client.call("litellm_spendlogs.group_by", given))).toEqual(meant);
  });

  test("must bring what belongs to a row, filtered, ordered and cut", async () => {
    const found = await client.call("litellm_budgettable.find_many", {
      order: { budget_id: "asc" },
      include: {
        keys: {
          where: { models: { has: "gpt" } },
          order_by: { token: "desc" },
          take: 1,
          include: { litellm_budget_table: true },
        },
      },
    });
    expect(found).toMatchObject([
      { budget_id: "b1", keys: [] },
      { budget_id: "b2", keys: [{ token: "k2", models: ["gpt"], litellm_budget_table: { budget_id: "b2" } }] },
      {
        budget_id: "b3",
        keys: [{ token: "k3", models: ["gpt", "a,b"], litellm_budget_table: { max_budget: { $float: "30.0" } } }],
      },
    ]);
  });

  test("must count what is there of each field", async () => {
    expect(
      await client.call("litellm_spendlogs.count", { select: { _all: true, team_id: true, metadata: true } }),
    ).toEqual({
      _all: 60,
      team_id: 20,
      metadata: 50,
    });
    expect(await client.call("litellm_spendlogs.count", { take: 5, skip: 57 })).toBe(3);
  });

  test("must say that a row is not there, or raise", async () => {
    const where = { request_id: "none" };
    expect(await client.call("litellm_spendlogs.find_unique", { where })).toBeNull();
    expect(await client.call("litellm_spendlogs.find_first", { where })).toBeNull();
    await expect(client.call("litellm_spendlogs.find_unique_or_raise", { where })).rejects.toMatchObject({
      kind: "RecordNotFoundError",
    });
  });

  test("must give rows of SQL in Python's types", async () => {
    const sql = `SELECT 1::int2 AS i2, 2 AS i4, 9007199254740993::int8 AS i8, 0.5::float4 AS f4, 1e300::float8 AS f8, 3::float8 AS whole,
      1.10::numeric AS n, 123456789012345678901234567890.123::numeric AS long, true AS t, 'a"b\\c\u2028'::text AS s, NULL::int AS x,
      '{"a":[1,null]}'::jsonb AS j, '{"n":12345678901234567}'::jsonb AS jb, 'null'::jsonb AS jn, '[1]'::json AS j2, '\\x00ff'::bytea AS b, '2026-01-02'::date AS d, '01:02:03'::time AS tm,
      '2026-01-02 03:04:05.678'::timestamp AS ts, '2026-01-02 03:04:05+05:30'::timestamptz AS tz, '00000000-0000-0000-0000-000000000001'::uuid AS u,
      '{1,2}'::int[] AS ia, '{a,NULL,"x,y"}'::text[] AS ta, '{}'::text[] AS ea, '{1.5,2}'::numeric[] AS na, '{t,f}'::bool[] AS ba, 'x'::name AS nm,
      'ACTIVE'::"JobStatus" AS e, ARRAY['{"k":1}']::jsonb[] AS ja, '1.2.3.4'::inet AS ip, 12.5::money AS m, '10 days'::interval::text AS iv`;
    const [row] = await client.take<readonly Record<string, unknown>[]>({ call: "query_raw", args: [sql] });
    expect(row).toEqual({
      ...{
        i2: 1,
        i4: 2,
        i8: { $int: "9007199254740993" },
        f4: { $float: "0.5" },
        f8: { $float: "1e+300" },
        whole: { $float: "3.0" },
      },
      ...{ n: { $float: "1.1" }, long: { $float: "1.2345678901234568e+29" }, t: true, s: 'a"b\\c\u2028', x: null },
      ...{
        j: { a: [1, null] },
        jb: { n: { $int: "12345678901234567" } },
        jn: null,
        j2: [1],
        b: "AP8=",
        d: "2026-01-02",
        tm: "01:02:03",
      },
      ...{
        ts: "2026-01-02T03:04:05.678+00:00",
        tz: "2026-01-01T21:34:05+00:00",
        u: "00000000-0000-0000-0000-000000000001",
      },
      ...{
        ia: [1, 2],
        ta: ["a", null, "x,y"],
        ea: [],
        na: [{ $float: "1.5" }, { $float: "2.0" }],
        ba: [true, false],
        nm: "x",
      },
      ...{ e: "ACTIVE", ja: [{ k: 1 }], ip: "1.2.3.4", m: { $float: "12.5" }, iv: "10 days" },
    });
  });

  test("must take parameters of SQL as they are meant", async () => {
    const sql = `SELECT $1::text AS s, $2::int8 AS i, $3::float8 AS f, $4::bool AS t, $5::text AS x, $6::jsonb AS j, $7::text[] AS a, $8::timestamptz AS d`;
    const args: readonly Word[] = [
      sql,
      'a"\\\n\u2028 $1',
      { $int: "9007199254740993" },
      0.1,
      true,
      null,
      '{"a":[1]}',
      ["p", "q,r"],
      "2026-01-02T03:04:05Z",
    ];
    const [row] = await client.take<readonly unknown[]>({ call: "query_raw", args });
    expect(row).toEqual({
      ...{
        s: 'a"\\\n\u2028 $1',
        i: { $int: "9007199254740993" },
        f: { $float: "0.1" },
        t: true,
        x: null,
        j: { a: [1] },
      },
      ...{ a: ["p", "q,r"], d: "2026-01-02T03:04:05+00:00" },
    });
    const found = await client.take({
      call: "query_first",
      args: ['SELECT count(*) AS n FROM "LiteLLM_SpendLogs" WHERE "user" = ANY($1) LIMIT $2', ["u1", "u2"], 1],
    });
    expect(found).toEqual({ n: 24 });
    expect(
      await client.take({
        call: "execute_raw",
        args: ['UPDATE "LiteLLM_UserTable" SET spend = spend + $1 WHERE user_id = $2', 0.5, "u1"],
      }),
    ).toBe(1);
  });
});

const plainNumbers = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (typeof value !== "object" || value === null) return value;
  if ("$float" in value) return Number(value.$float);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainNumbers(inner)]));
};
