import { readdirSync, statSync, truncateSync } from "node:fs";
import { expect, test } from "vitest";
import { sql } from "./local-sql.ts";
import type { ScenarioBase } from "./scenario-base.ts";

type Stack = Pick<ScenarioBase, "ports" | "run" | "path" | "read">;

const mustRun = async (stack: Stack, ...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> => {
  const result = await stack.run([...args, "--json"]);
  expect(result.exitCode, result.output).toBe(0);
  return JSON.parse(result.stdout);
};

const folderOf = (stack: Stack): string => stack.path(".goat-dev", "snapshots");

/** Rows that look like a dump's own marks, in tables and a database whose names need quotes. */
const fill = async (stack: Stack): Promise<void> => {
  await sql(stack, "create table kept as select id, repeat('x', 2000) as text from generate_series(1, 1000) as id");
  await sql(stack, 'create table "Od d""ly" (line text)');
  await sql(
    stack,
    String.raw`insert into "Od d""ly" values (E'\\.'), (E'a\nb\tc'), ('COPY x FROM stdin;'), (null), ('')`,
  );
  await sql(stack, 'create database "My base"');
  await sql(stack, "create table empty (); create table one as select 1 as id", "My base");
};

const seen = async (stack: Stack): Promise<readonly unknown[]> => [
  await sql(stack, "select count(*)::int, max(length(text)) from kept"),
  await sql(stack, 'select line from "Od d""ly" order by line nulls first'),
  await sql(stack, "select count(*)::int from one", "My base"),
];

const count = (stack: Stack, table: string): Promise<readonly unknown[][]> =>
  sql(stack, `select count(*)::int from ${table}`);

/**
 * `db snapshot`, `snapshots`, `restore`, `reset` and `shell`, in this order on one stack of any engine. `whole` brings up what restore has
 * to start anew.
 */
export const snapshotTests = (shared: () => Stack, whole: readonly string[], restarted: readonly string[]): void => {
  test("a shell must be psql on the stack's database, with its own exit status", async () => {
    const stack = shared();
    await mustRun(stack, "up", "postgres");
    const asked = await stack.run(["db", "shell", "-c", "select current_database()", "-c", "select 6 * 7"]);
    expect(asked.exitCode, asked.output).toBe(0);
    expect(asked.stdout).toMatch(/ litellm\n[\s\S]* 42\n/);
    expect((await stack.run(["db", "shell", "-c", "select nothing"])).exitCode).toBe(1);
  });

  test("a snapshot must bring back every row of every database, and be proven by the count", async () => {
    const stack = shared();
    await fill(stack);
    const before = await seen(stack);
    const taken = await mustRun(stack, "db", "snapshot", "first");
    expect(taken).toMatchObject({ ok: true, name: "first" });
    const files = readdirSync(folderOf(stack)).filter((name) => name.startsWith("first."));
    expect(files).toHaveLength(2);
    expect(files.map((name) => statSync(`${folderOf(stack)}/${name}`).mode & 0o777)).toEqual([0o600, 0o600]);
    expect(statSync(folderOf(stack)).mode & 0o777).toBe(0o700);

    await sql(stack, "delete from kept where id > 10");
    await sql(stack, 'drop table "Od d""ly"');
    await sql(stack, "create table later as select 1 as id");
    await sql(stack, 'drop database "My base"');
    const restored = await mustRun(stack, "db", "restore", "first", "--yes");
    expect(restored).toMatchObject({ proven: true, rows: taken["rows"], tables: taken["tables"] });
    expect(await seen(stack)).toEqual(before);
    expect(await sql(stack, "select to_regclass('later')")).toEqual([[null]]);

    // What was there before has a snapshot of its own.
    await mustRun(stack, "db", "restore", String(restored["before"]), "--no-snapshot", "--yes");
    expect(await count(stack, "kept")).toEqual([[10]]);
    expect(await count(stack, "later")).toEqual([[1]]);
    const { snapshots } = await mustRun(stack, "db", "snapshots");
    expect(snapshots).toMatchObject([{ name: restored["before"] }, { name: "first", rows: taken["rows"] }]);
  });

  test("one that is cut short must be refused before anything is touched", async () => {
    const stack = shared();
    const { file, bytes } = await mustRun(stack, "db", "snapshot", "broken");
    const before = readdirSync(folderOf(stack));
    truncateSync(String(file), Math.floor(Number(bytes) / 2));
    const refused = await stack.run(["db", "restore", "broken", "--yes"]);
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.stderr).toContain("[snapshot-unreadable]");
    expect(await count(stack, "kept")).toEqual([[10]]);
    expect(readdirSync(folderOf(stack))).toEqual(before);
  });

  test("reset must leave an empty database, and a snapshot that brings all back", async () => {
    const stack = shared();
    const asked = await stack.run(["db", "reset"]);
    expect(asked).toMatchObject({ exitCode: 2 });
    expect(asked.stderr).toContain("goat-dev db reset --yes");
    const reset = await mustRun(stack, "db", "reset", "--yes");
    expect(reset["restarted"]).toEqual(["postgres"]);
    expect(await sql(stack, "select to_regclass('kept')")).toEqual([[null]]);
    await mustRun(stack, "db", "restore", String(reset["before"]), "--yes");
    expect(await count(stack, "kept")).toEqual([[10]]);
  });

  test("restore must start anew what stands on the database, with every row of it", async () => {
    const stack = shared();
    await mustRun(stack, "up", ...whole);
    const taken = await mustRun(stack, "db", "snapshot", "whole");
    await sql(stack, "drop table kept");
    const restored = await mustRun(stack, "db", "restore", "whole", "--no-snapshot", "--yes");
    expect(restored).toMatchObject({ proven: true, rows: taken["rows"], tables: taken["tables"] });
    expect([...(restored["restarted"] as string[])].sort()).toEqual(restarted);
    expect(await count(stack, "kept")).toEqual([[10]]);
    const { services = [] } = (await stack.run(["status", "--json"])).json;
    const ready = services.flatMap(({ name, state }) => (state === "ready" ? [name] : []));
    expect(ready).toEqual(expect.arrayContaining([...restarted, "postgres"]));
  });
};
