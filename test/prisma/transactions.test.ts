import type pg from "pg";
import { beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import type { PythonClient, Step, Words } from "./python-client.ts";
import { suiteScene } from "./scene.ts";

const { missing } = inject("prisma");

const make = (user_id: string, more: Words = {}): Step => ({
  call: "litellm_usertable.create",
  with: { data: { user_id, ...more } },
});
const count: Step = { call: "litellm_usertable.count" };

describe.skipIf(missing !== null)("changes that belong together", () => {
  const open = suiteScene();
  let client: PythonClient;
  let db: pg.Client;
  beforeAll(async () => {
    const options = await open.database();
    db = await open.connected(options);
    client = await open.client(options, { parameters: "?connection_limit=3" });
  });
  beforeEach(async () => {
    await db.query('TRUNCATE "LiteLLM_UserTable", "LiteLLM_BudgetTable" CASCADE');
  });

  const users = async (): Promise<readonly string[]> =>
    (await db.query('SELECT user_id FROM "LiteLLM_UserTable" ORDER BY 1')).rows.map(({ user_id }) => user_id);
  /** Connections that hold a transaction open. */
  const idle = async (): Promise<string> =>
    (
      await db.query(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'",
      )
    ).rows[0].n;

  test("must be seen by nobody before they are committed", async () => {
    const steps: Step[] = [{ tx: [make("a"), count, { sleep: 0.3 }] }, { tx: [{ sleep: 0.1 }, count] }];
    const [inside, outside] = await client.take<readonly (readonly unknown[])[]>({ all: steps });
    expect([inside?.[1], outside?.[1]]).toEqual([1, 0]);
    expect(await users()).toEqual(["a"]);
  });

  test("must be undone where one fails, or the caller gives up", async () => {
    await expect(client.take({ tx: [make("a"), make("a")] })).rejects.toMatchObject({ kind: "UniqueViolationError" });
    await expect(client.take({ tx: [make("b")], fails: true })).rejects.toMatchObject({ kind: "ValueError" });
    expect([await users(), await idle()]).toEqual([[], "0"]);
  });

  test("must go on in a transaction whose statement failed only as Postgres lets it", async () => {
    await expect(client.take({ tx: [make("a"), { may: true, ...make("a") }, make("c")] })).rejects.toMatchObject({
      message: expect.stringContaining("25P02"),
    });
    expect(await users()).toEqual([]);
  });

  test("must be one transaction as a batch, and undone as one", async () => {
    const raw: Step = {
      call: "execute_raw",
      args: ['UPDATE "LiteLLM_UserTable" SET spend = spend + $1 WHERE user_id = $2', 2, "a"],
    };
    await client.take({ batch: [make("a", { spend: 1 }), make("b"), raw] });
    await expect(client.take({ batch: [make("c"), make("a")] })).rejects.toMatchObject({
      kind: "UniqueViolationError",
    });
    expect(await users()).toEqual(["a", "b"]);
    expect((await db.query("SELECT spend FROM \"LiteLLM_UserTable\" WHERE user_id = 'a'")).rows).toEqual([
      { spend: "3" },
    ]);
    await client.take({ tx: [make("d"), { batch: [make("e"), make("f")] }] });
    await expect(client.take({ tx: [{ batch: [make("g")] }], fails: true })).rejects.toThrow();
    expect(await users()).toEqual(["a", "b", "d", "e", "f"]);
  });

  test("must be undone when their time is over, and let go of their connection", async () => {
    const late = client.take({ tx: [make("a"), { sleep: 0.6 }, make("b")], limits: { timeout: 200 } });
    await expect(late).rejects.toMatchObject({
      kind: "TransactionExpiredError",
      message: expect.stringContaining("Transaction already closed"),
    });
    expect([await users(), await idle()]).toEqual([[], "0"]);
  });

  test("must fail in time where every connection is taken, and work after", async () => {
    const hold = (user: string): Step => ({ tx: [make(user), { sleep: 1 }], limits: { timeout: 5000 } });
    const late: Step = { may: true, tx: [make("d")], limits: { max_wait: 200, timeout: 5000 } };
    const all: Step[] = [hold("a"), hold("b"), hold("c"), { each: [{ sleep: 0.4 }, late] }];
    const answers = await client.take<readonly (readonly unknown[])[]>({ all });
    const message = expect.stringContaining("Unable to start a transaction in the given time");
    expect(answers[3]?.[1]).toMatchObject({ failed: "EngineRequestError", message });
    expect([await users(), await idle()]).toEqual([["a", "b", "c"], "0"]);
    await client.take({ tx: [make("e")] });
  });

  test("must end with their client, and leave nothing", async () => {
    const other = await open.client({ ...(await current()) });
    const gone = other.take({ tx: [make("a"), { sleep: 60 }], limits: { timeout: 60_000 } });
    gone.catch(() => {});
    while ((await idle()) === "0") await new Promise((resolve) => setTimeout(resolve, 20));
    other.child.kill("SIGKILL");
    while ((await idle()) !== "0") await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await users()).toEqual([]);
  });

  test.each([
    ["NaN", "NaN"],
    ["half of a pair", '"\\ud800"'],
    ["a number beyond a double", "1e999"],
    ["too many levels", `${"[".repeat(128)}${"]".repeat(128)}`],
    ["nothing", ""],
  ])("must be refused without harm to others: JSON that is %s", async (_what, metadata) => {
    const engine = await client.engine();
    await expect(client.take(make("a", { metadata }))).rejects.toMatchObject({ code: "P2009" });
    await expect(client.take({ call: "query_raw", args: ["SELECT $1::float8", { $float: "nan" }] })).rejects.toThrow();
    await client.take(make("b", { metadata: `${"[".repeat(127)}${"]".repeat(127)}` }));
    expect([await users(), await client.engine()]).toEqual([["b"], engine]);
  });

  const current = async () => ({
    ...inject("prisma").server,
    database: (await db.query("SELECT current_database() AS d")).rows[0].d,
  });

  const failures: readonly (readonly [string, Step, Readonly<Record<string, unknown>>])[] = [
    ["what is there already", make("u"), { kind: "UniqueViolationError", code: "P2002" }],
    [
      "a row that is not there",
      { call: "litellm_usertable.find_unique_or_raise", with: { where: { user_id: "no" } } },
      { kind: "RecordNotFoundError", code: "P2025" },
    ],
    [
      "what nothing belongs to",
      { call: "litellm_verificationtoken.create", with: { data: { token: "t", budget_id: "none" } } },
      { kind: "ForeignKeyViolationError", code: "P2003" },
    ],
    [
      "a field that is none",
      { call: "litellm_usertable.find_first", with: { where: { zzz: 1 } } },
      { kind: "FieldNotFoundError", code: "P2009" },
    ],
    [
      "a value that is needed",
      { call: "litellm_teammembership.create", with: { data: { spend: 1 } } },
      { kind: "MissingRequiredValueError" },
    ],
    [
      "SQL that is none",
      { call: "query_raw", args: ["SELECT nope"] },
      { kind: "RawQueryError", code: "P2010", message: expect.stringContaining("nope") },
    ],
    [
      "a table that is none",
      { call: "execute_raw", args: ["UPDATE nope SET a = 1"] },
      { kind: "RawQueryError", code: "P2010", message: expect.stringContaining("nope") },
    ],
    [
      "a text with NUL",
      make("u\u0000"),
      { kind: "DataError", message: expect.stringMatching(/22021|invalid byte sequence/) },
    ],
    ["a fraction where whole numbers are", make("f", { tpm_limit: { $float: "1.5" } }), { code: "P2009" }],
    ["a number that is too great", make("g", { max_parallel_requests: { $int: "3000000000" } }), { kind: "DataError" }],
    [
      "JSON that is none",
      { call: "litellm_usertable.create", with: { data: { user_id: "j", metadata: "{oops" } } },
      { message: expect.stringMatching(/json/i) },
    ],
    [
      "a time that is none",
      { call: "litellm_usertable.create", with: { data: { user_id: "j", budget_reset_at: "yesterday" } } },
      { message: expect.stringMatching(/DateTime|ISO/i) },
    ],
  ];

  test.each(failures)("must be refused by Prisma's name: %s", async (_what, step, meant) => {
    await client.take(make("u"));
    const failed = await client.take(step).then(
      (answer) => ({ answered: answer }),
      ({ kind, code, message }) => ({ kind, code, message }),
    );
    expect(failed).toMatchObject(meant);
    expect(await users()).toEqual(["u"]);
  });
});
