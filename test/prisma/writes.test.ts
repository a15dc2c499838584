import { createHash } from "node:crypto";
import type pg from "pg";
import { beforeEach, describe, expect, inject, test } from "vitest";
import type { PythonClient, Step, Word, Words } from "./python-client.ts";
import { suiteScene } from "./scene.ts";

const { missing } = inject("prisma");

const json = (text: string): Word => ({ $json: text });
/** JSON that looks like the engine's own, which a nested field once lost. */
const tricky = '{"$type":"Json","value":"{}","data":[1,null]}';
const budget = (id: string): Words => ({
  budget_id: id,
  created_by: "me",
  updated_by: "me",
  model_max_budget: json(tricky),
});
const event = (n: number, data: string): Words => ({
  event_type: "e",
  step_name: "s",
  sequence_number: n,
  data: json(data),
});

describe.skipIf(missing !== null)("a change to the database", () => {
  const open = suiteScene();
  let client: PythonClient;
  let db: pg.Client;
  let ask: (sql: string) => Promise<readonly unknown[]>;
  const opened = (async () => {
    if (missing !== null) return;
    const options = await open.database();
    db = await open.connected(options);
    client = await open.client(options);
    ask = async (sql) =>
      (await db.query({ text: `SELECT row_to_json(found)::text FROM (${sql}) found`, rowMode: "array" })).rows.map(
        ([text]) => JSON.parse(text),
      );
  })();
  beforeEach(async () => {
    await opened;
    const { rows } = await db.query(
      "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'LiteLLM%'",
    );
    const filled = [
      "UserTable",
      "TeamTable",
      "VerificationToken",
      "BudgetTable",
      "WorkflowRun",
      "ObjectPermissionTable",
      "OrganizationTable",
      "ModelTable",
    ];
    expect(rows.length).toBe(81);
    await db.query(`TRUNCATE ${filled.map((name) => `"LiteLLM_${name}"`).join(", ")} CASCADE`);
  });

  const keys = () =>
    ask('SELECT token, budget_id, object_permission_id IS NOT NULL AS has FROM "LiteLLM_VerificationToken" ORDER BY 1');
  const events = () => ask('SELECT sequence_number AS n, data FROM "LiteLLM_WorkflowEvent" ORDER BY 1');
  const run = (events: Words) => ({ run_id: "w", workflow_type: "t", input: json(tricky), events });

  test("must make what belongs to a row with it", async () => {
    await client.call("litellm_workflowrun.create", {
      data: {
        ...run({ create: [event(1, tricky), event(2, '"text"')] }),
        messages: { create: { role: "r", content: "c", sequence_number: 1 } },
      },
    });
    await client.call("litellm_verificationtoken.create", {
      data: {
        token: "k",
        litellm_budget_table: { create: budget("b") },
        object_permission: { create: { mcp_tool_permissions: json('{"s":["t"]}'), mcp_servers: ["a", 'b"'] } },
        jwt_key_mappings: { create: [{ jwt_claim_name: "n", jwt_claim_value: "v", is_active: true }] },
      },
    });
    expect(await events()).toEqual([
      { n: 1, data: JSON.parse(tricky) },
      { n: 2, data: "text" },
    ]);
    expect(await keys()).toEqual([{ token: "k", budget_id: "b", has: true }]);
    expect(await ask('SELECT model_max_budget AS m FROM "LiteLLM_BudgetTable"')).toEqual([{ m: JSON.parse(tricky) }]);
    expect(
      await ask('SELECT mcp_servers AS s, mcp_tool_permissions AS p FROM "LiteLLM_ObjectPermissionTable"'),
    ).toEqual([{ s: ["a", 'b"'], p: { s: ["t"] } }]);
    expect(await ask('SELECT token, jwt_claim_value AS v FROM "LiteLLM_JWTKeyMapping"')).toEqual([
      { token: "k", v: "v" },
    ]);
  });

  test("must change, make, connect and take away what belongs to a row", async () => {
    const update = (events: Words) =>
      client.call("litellm_workflowrun.update", { where: { run_id: "w" }, data: { events } });
    const at = (n: number): Words => ({ run_id_sequence_number: { run_id: "w", sequence_number: n } });
    await client.call("litellm_workflowrun.create", {
      data: run({ create: [event(1, "1"), event(2, "2"), event(3, "3"), event(4, "4")] }),
    });
    await update({ update: [{ where: at(1), data: { data: json(tricky) } }] });
    await update({
      updateMany: [
        { where: { sequence_number: { gt: 2 }, data: { equals: json("3") } }, data: { data: json('{"data":"d"}') } },
      ],
    });
    await update({
      upsert: [
        { where: at(2), create: event(2, "0"), update: { data: json('["up"]') } },
        { where: at(5), create: event(5, tricky), update: { data: json("0") } },
      ],
    });
    await update({ createMany: { data: [event(6, tricky)], skipDuplicates: true } });
    await update({ delete: [at(4)] });
    const meant = JSON.parse(tricky);
    expect(await events()).toEqual([
      { n: 1, data: meant },
      { n: 2, data: ["up"] },
      { n: 3, data: { data: "d" } },
      { n: 5, data: meant },
      { n: 6, data: meant },
    ]);
    await update({ deleteMany: [{ data: { equals: json(tricky) } }] });
    expect((await events()).length).toBe(2);
  });

  test("must connect and let go", async () => {
    await client.call("litellm_budgettable.create", { data: budget("b1") });
    const make = (token: string, relation: Words) =>
      client.call("litellm_verificationtoken.create", { data: { token, litellm_budget_table: relation } });
    await make("k1", { connect: { budget_id: "b1" } });
    await make("k2", { connectOrCreate: { where: { budget_id: "b2" }, create: budget("b2") } });
    await make("k3", { connectOrCreate: { where: { budget_id: "b1" }, create: budget("b1") } });
    const token = (token: string, data: Words) =>
      client.call("litellm_verificationtoken.update", { where: { token }, data });
    await token("k1", { litellm_budget_table: { disconnect: true } });
    await token("k2", { litellm_budget_table: { update: { soft_budget: 2, model_max_budget: json('"x"') } } });
    await token("k3", {
      litellm_budget_table: { upsert: { create: budget("b4"), update: { model_max_budget: json(tricky) } } },
    });
    expect(await keys()).toEqual([
      { token: "k1", budget_id: null, has: false },
      { token: "k2", budget_id: "b2", has: false },
      { token: "k3", budget_id: "b1", has: false },
    ]);
    expect(
      await ask('SELECT budget_id AS b, soft_budget AS s, model_max_budget AS m FROM "LiteLLM_BudgetTable" ORDER BY 1'),
    ).toEqual([
      { b: "b1", s: null, m: JSON.parse(tricky) },
      { b: "b2", s: 2, m: "x" },
    ]);
    await client.call("litellm_budgettable.update", {
      where: { budget_id: "b2" },
      data: { keys: { set: [{ token: "k1" }, { token: "k3" }] } },
    });
    expect(await ask("SELECT token FROM \"LiteLLM_VerificationToken\" WHERE budget_id = 'b2' ORDER BY 1")).toEqual([
      { token: "k1" },
      { token: "k3" },
    ]);
  });

  test("must reckon with numbers and lists where they lie", async () => {
    await client.call("litellm_usertable.create", {
      data: {
        user_id: "u",
        spend: 0.25,
        tpm_limit: { $int: "9007199254740993" },
        max_parallel_requests: 7,
        models: ["a"],
      },
    });
    const data = {
      spend: { increment: 0.5 },
      tpm_limit: { increment: 1 },
      max_parallel_requests: { multiply: 3 },
      models: { push: ["b", 'c"'] },
      max_budget: { set: 1 },
    };
    await client.call("litellm_usertable.update", { where: { user_id: "u" }, data });
    await client.call("litellm_usertable.update_many", {
      where: {},
      data: { spend: { decrement: 0.125 }, max_parallel_requests: { divide: 2 }, max_budget: { set: null } },
    });
    expect(
      await ask(
        'SELECT spend, tpm_limit::text, max_parallel_requests AS m, models, max_budget AS b FROM "LiteLLM_UserTable"',
      ),
    ).toEqual([{ spend: 0.625, tpm_limit: "9007199254740994", m: 10, models: ["a", "b", 'c"'], b: null }]);
  });

  test("must lose none of many changes to one row at once", async () => {
    const upsert: Step = {
      call: "litellm_usertable.upsert",
      with: {
        where: { user_id: "u" },
        data: { create: { user_id: "u", spend: 1 }, update: { spend: { increment: 1 } } },
      },
    };
    await client.take(upsert);
    await client.take({ all: Array.from({ length: 100 }, () => upsert) });
    expect(await ask('SELECT spend FROM "LiteLLM_UserTable"')).toEqual([{ spend: 101 }]);
  });

  test("must store a megabyte of text, JSON and bytes", async () => {
    const long: Word = { $long: 'é"' };
    const bytes = Buffer.alloc(1 << 20, "\u0000\u00ff\u0007", "latin1");
    await client.call("litellm_config.create", { data: { param_name: "long", param_value: { $longJson: '\\"x' } } });
    await client.call("litellm_usertable.create", { data: { user_id: "long", user_alias: long } });
    await client.call("litellm_managedfilecontenttable.create", {
      data: { content: { $bytes: bytes.toString("base64") } },
    });
    const md5 = createHash("md5").update(bytes).digest("hex");
    const isThere = await ask(`SELECT
      (SELECT user_alias = repeat('é"', 1 << 20) FROM "LiteLLM_UserTable") AS "text",
      (SELECT param_value = to_jsonb(repeat('\\"x', 1 << 20)) FROM "LiteLLM_Config") AS "json",
      (SELECT md5(content) = '${md5}' FROM "LiteLLM_ManagedFileContentTable") AS "bytes"`);
    expect(isThere).toEqual([{ text: true, json: true, bytes: true }]);
    const read = await client.call<{ readonly user_alias: string }>("litellm_usertable.find_unique", {
      where: { user_id: "long" },
    });
    expect(read.user_alias === 'é"'.repeat(1 << 20)).toBe(true);
  });
});
