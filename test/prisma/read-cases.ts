import type { Word, Words } from "./python-client.ts";

/** 60 calls of 5 users and 4 keys; every third has a team, some metadata are absent or JSON's null. */
export const rows = `
INSERT INTO "LiteLLM_BudgetTable" (budget_id, max_budget, created_by, updated_by, updated_at)
  SELECT 'b' || n, n * 10, 'me', 'me', now() FROM generate_series(1, 3) n;
INSERT INTO "LiteLLM_VerificationToken" (token, key_alias, spend, budget_id, models, expires, user_id, max_budget)
  SELECT 'k' || n, CASE n WHEN 1 THEN '50%_Off' WHEN 2 THEN 'ÄRGER' ELSE 'plain' END, n / 4.0,
    CASE WHEN n < 4 THEN 'b' || n END, (ARRAY['{}', '{gpt}', '{gpt,"a,b"}', '{"x\\"y",gpt,z}'])[n]::text[],
    timestamp '2026-01-01 00:00:00' + n * interval '1 day', 'u' || n % 2, NULLIF(n, 3)
  FROM generate_series(1, 4) n;
INSERT INTO "LiteLLM_SpendLogs" (request_id, call_type, api_key, spend, total_tokens, "startTime", "endTime", model, "user",
    team_id, metadata, request_tags, updated_at, status, cache_hit)
  SELECT 'r' || lpad(n::text, 2, '0'), CASE n % 2 WHEN 0 THEN 'chat' ELSE 'Embed' END, 'k' || n % 4 + 1, n * 0.25, n * 7,
    timestamp '2026-03-01 00:00:00.001' + n * interval '5 hours', timestamp '2026-03-01 00:00:01' + n * interval '5 hours',
    'm' || n % 3, 'u' || n % 5, CASE WHEN n % 3 = 0 THEN 't' || n % 2 END,
    CASE n % 6 WHEN 0 THEN NULL WHEN 1 THEN 'null'::jsonb WHEN 2 THEN '{"a":{"b":"x\\"y"},"n":2}'
      WHEN 3 THEN '{"a":{"b":"Xyz"},"n":3.5,"l":["p","q"]}' WHEN 4 THEN '"text"' ELSE '[1,"two",null]' END::jsonb,
    CASE n % 3 WHEN 0 THEN '["red","blue"]' WHEN 1 THEN '["red"]' ELSE '[]' END::jsonb, now(),
    CASE n % 4 WHEN 0 THEN 'success' WHEN 1 THEN 'failure' END, ''
  FROM generate_series(1, 60) n;
INSERT INTO "LiteLLM_UserTable" (user_id, user_email, updated_at) SELECT 'u' || n, n || '@x', now() FROM generate_series(0, 4) n;
`;

const at = (time: string): Word => ({ $time: time });
const json = (text: string): Word => ({ $json: text });

/** A filter of Prisma's, and what it means in SQL. */
export const logFilters: readonly (readonly [Words, string])[] = [
  [{}, "true"],
  [{ user: "u1" }, `"user" = 'u1'`],
  [{ user: { not: "u1" } }, `"user" <> 'u1'`],
  [{ team_id: null }, "team_id IS NULL"],
  [{ team_id: { not: null } }, "team_id IS NOT NULL"],
  [{ NOT: [{ team_id: null }] }, "team_id IS NOT NULL"],
  [{ team_id: { not: "t1" } }, "team_id <> 't1'"],
  [{ user: { in: ["u1", "u2", "nobody"] } }, `"user" IN ('u1', 'u2')`],
  [{ user: { in: [] } }, "false"],
  [{ user: { not_in: ["u1", "u2"] } }, `"user" NOT IN ('u1', 'u2')`],
  [{ spend: { gt: 7.25 } }, "spend > 7.25"],
  [{ spend: { gte: { $float: "7.25" }, lt: 10 } }, "spend >= 7.25 AND spend < 10"],
  [{ total_tokens: { lte: 21 } }, "total_tokens <= 21"],
  [{ total_tokens: { in: [7, 14, 700] } }, "total_tokens IN (7, 14)"],
  [{ startTime: { gte: at("2026-03-03T00:00:00+00:00") } }, `"startTime" >= '2026-03-03'`],
  [{ startTime: { gt: at("2026-03-05T04:30:00.001+05:30") } }, `"startTime" > '2026-03-04 23:00:00.001'`],
  [{ startTime: at("2026-03-01T05:00:00.001") }, `"startTime" = '2026-03-01 05:00:00.001'`],
  [{ request_id: { startswith: "r1" } }, "request_id LIKE 'r1%'"],
  [{ request_id: { endswith: "7" } }, "request_id LIKE '%7'"],
  [{ request_id: { contains: "2" } }, "request_id LIKE '%2%'"],
  [{ call_type: { contains: "CHAT", mode: "insensitive" } }, "call_type ILIKE '%CHAT%'"],
  [{ call_type: { equals: "embed", mode: "insensitive" } }, "call_type ILIKE 'embed'"],
  [{ call_type: { contains: "CHAT" } }, "false"],
  [{ OR: [{ user: "u1" }, { model: "m2", team_id: "t1" }] }, `"user" = 'u1' OR (model = 'm2' AND team_id = 't1')`],
  [{ OR: [] }, "false"],
  [{ AND: [] }, "true"],
  [
    { AND: [{ user: "u1" }, { OR: [{ model: "m1" }, { spend: { gt: 12 } }] }] },
    `"user" = 'u1' AND (model = 'm1' OR spend > 12)`,
  ],
  [{ NOT: [{ user: "u1" }, { model: "m1" }] }, `NOT "user" = 'u1' AND NOT model = 'm1'`],
  [{ NOT: { user: "u1" } }, `"user" <> 'u1'`],
  [{ metadata: { path: ["n"], equals: json("2") } }, "metadata #> '{n}' = '2'"],
  [{ metadata: { path: ["a", "b"], equals: json('"x\\"y"') } }, "metadata #>> '{a,b}' = 'x\"y'"],
  [{ metadata: { path: ["a", "b"], string_contains: "yz" } }, "metadata #>> '{a,b}' LIKE '%yz%'"],
  [{ metadata: { path: ["a", "b"], string_starts_with: "X" } }, "metadata #>> '{a,b}' LIKE 'X%'"],
  [{ metadata: { path: ["n"], gt: json("2.5") } }, "metadata #> '{n}' > '2.5'"],
  [{ metadata: { path: ["l"], array_contains: json('["q"]') } }, `metadata #> '{l}' @> '["q"]'`],
  [{ metadata: { equals: json('[1,"two",null]') } }, `metadata = '[1,"two",null]'`],
  [{ metadata: { equals: json('"text"') } }, `metadata = '"text"'`],
  [{ metadata: { equals: json("null") } }, "metadata = 'null'"],
  [{ metadata: { not: json('"text"') } }, `metadata <> '"text"'`],
  [{ request_tags: { array_contains: json('["blue"]') } }, `request_tags @> '["blue"]'`],
  [{ request_tags: { path: [], array_starts_with: json('"red"') } }, `request_tags -> 0 = '"red"'`],
];

export const keyFilters: readonly (readonly [Words, string])[] = [
  [{ models: { has: "gpt" } }, "'gpt' = ANY (models)"],
  [{ models: { has: 'x"y' } }, `'x"y' = ANY (models)`],
  [{ models: { has_some: ["a,b", "z"] } }, `models && '{"a,b",z}'`],
  [{ models: { has_every: ["gpt", "z"] } }, "models @> '{gpt,z}'"],
  [{ models: { is_empty: true } }, "cardinality(models) = 0"],
  [{ models: { equals: ["gpt", "a,b"] } }, `models = '{gpt,"a,b"}'`],
  // Prisma, too, takes these for SQL's own marks.
  [{ key_alias: { contains: "%_o", mode: "insensitive" } }, "key_alias ILIKE '%%_o%'"],
  [{ key_alias: { equals: "ärger", mode: "insensitive" } }, "key_alias ILIKE 'ärger'"],
  [{ litellm_budget_table: { is: { max_budget: { gt: 15 } } } }, "budget_id IN ('b2', 'b3')"],
  [{ litellm_budget_table: { is_not: { budget_id: "b1" } } }, "budget_id IS DISTINCT FROM 'b1'"],
  [{ litellm_budget_table: null }, "budget_id IS NULL"],
  [{ litellm_budget_table: { is: null } }, "budget_id IS NULL"],
  [
    { expires: { lt: at("2026-01-03T00:00:00+00:00") }, max_budget: { not: null } },
    "expires < '2026-01-03' AND max_budget IS NOT NULL",
  ],
];

export const budgetFilters: readonly (readonly [Words, string])[] = [
  [{ keys: { some: { spend: { gt: 0.3 } } } }, "budget_id IN ('b2', 'b3')"],
  [{ keys: { none: { models: { has: "gpt" } } } }, "budget_id = 'b1'"],
  [{ keys: { every: { key_alias: { startswith: "p" } } } }, "budget_id = 'b3'"],
];

/** Arguments of find_many, and SQL's own. */
export const pages: readonly (readonly [Words, string])[] = [
  [{ order: { spend: "desc" }, take: 5 }, "ORDER BY spend DESC LIMIT 5"],
  [
    { order: [{ model: "asc" }, { request_id: "desc" }], take: 7, skip: 20 },
    "ORDER BY model, request_id DESC LIMIT 7 OFFSET 20",
  ],
  [{ order: { request_id: "asc" }, take: -3 }, "AND request_id > 'r57' ORDER BY request_id"],
  [
    { order: { request_id: "asc" }, cursor: { request_id: "r10" }, take: 4 },
    "AND request_id >= 'r10' ORDER BY request_id LIMIT 4",
  ],
  [
    { order: { request_id: "asc" }, cursor: { request_id: "r10" }, skip: 1, take: 4 },
    "AND request_id > 'r10' ORDER BY request_id LIMIT 4",
  ],
  [
    { order: { startTime: "desc" }, cursor: { request_id: "r30" }, skip: 1, take: 2 },
    `AND "startTime" < (SELECT "startTime" FROM "LiteLLM_SpendLogs" WHERE request_id = 'r30') ORDER BY "startTime" DESC LIMIT 2`,
  ],
  [{ where: { user: "nobody" }, take: 3 }, "AND false"],
  [{ take: 0 }, "AND false"],
  [
    { distinct: ["model"], order: { request_id: "asc" } },
    "AND request_id IN ('r01', 'r02', 'r03') ORDER BY request_id",
  ],
];

const count = (what: string) => `'${what}', count(${what === "_all" ? "*" : what})`;

/** Arguments of group_by, and its answer made by SQL. */
export const groups: readonly (readonly [Words, string])[] = [
  [
    { by: ["user"], count: true, order: { user: "asc" } },
    `SELECT json_build_object('user', "user", '_count', json_build_object(${count("_all")})) FROM "LiteLLM_SpendLogs" GROUP BY "user" ORDER BY "user"`,
  ],
  [
    {
      by: ["model"],
      sum: { spend: true, total_tokens: true },
      avg: { spend: true },
      min: { total_tokens: true },
      max: { spend: true },
      order: { model: "desc" },
    },
    `SELECT json_build_object('model', model, '_sum', json_build_object('spend', sum(spend), 'total_tokens', sum(total_tokens)), '_avg', json_build_object('spend', avg(spend)),
      '_min', json_build_object('total_tokens', min(total_tokens)), '_max', json_build_object('spend', max(spend))) FROM "LiteLLM_SpendLogs" GROUP BY model ORDER BY model DESC`,
  ],
  [
    {
      by: ["team_id", "model"],
      where: { spend: { gt: 5 } },
      count: { team_id: true, _all: true },
      order: [{ team_id: "asc" }, { model: "asc" }],
      skip: 1,
      take: 4,
    },
    `SELECT json_build_object('team_id', team_id, 'model', model, '_count', json_build_object(${count("team_id")}, ${count("_all")})) FROM "LiteLLM_SpendLogs" WHERE spend > 5 GROUP BY team_id, model ORDER BY team_id, model LIMIT 4 OFFSET 1`,
  ],
  [
    { by: ["user"], sum: { spend: true }, having: { spend: { _sum: { gt: 92 } } }, order: { _sum: { spend: "desc" } } },
    `SELECT json_build_object('user', "user", '_sum', json_build_object('spend', sum(spend))) FROM "LiteLLM_SpendLogs" GROUP BY "user" HAVING sum(spend) > 92 ORDER BY sum(spend) DESC`,
  ],
];
