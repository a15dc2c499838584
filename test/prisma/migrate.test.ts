import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";
import { describe, expect, inject, test } from "vitest";
import type { PostgresOptions } from "../../src/platform/postgres.ts";
import { tempFolder, writeFiles } from "../support/temp.ts";
import { extras, migrate, startMigrate } from "./migrating.ts";
import { testScene } from "./scene.ts";
import { foundSchema, meantSchema, wholeSchema } from "./schema-comparison.ts";

const { missing } = inject("prisma");

const namesIn = (folder: string): readonly string[] =>
  readdirSync(join(folder, "migrations"))
    .filter((name) => name !== "migration_lock.toml")
    .sort();

/** LiteLLM's migrations without the last ones. */
const without = (last: number): string => {
  const folder = tempFolder();
  mkdirSync(join(folder, "migrations"));
  for (const name of namesIn(extras()).slice(0, -last || undefined)) {
    symlinkSync(join(extras(), "migrations", name), join(folder, "migrations", name));
  }
  return folder;
};

/** A folder of migrations by name. */
const folderOf = (migrations: Readonly<Record<string, string>>): string =>
  writeFiles(
    tempFolder(),
    Object.fromEntries(Object.entries(migrations).map(([name, sql]) => [`migrations/${name}/migration.sql`, sql])),
  );

const ledgerOf = async (db: pg.Client) => {
  const columns = "migration_name AS name, finished_at IS NOT NULL AS done, rolled_back_at IS NOT NULL AS undone";
  const { rows } = await db.query(
    `SELECT ${columns}, applied_steps_count AS steps, checksum FROM "_prisma_migrations" ORDER BY started_at`,
  );
  return rows;
};

const deployed = async (options: PostgresOptions, cwd?: string): Promise<string> => {
  const { status, output } = await migrate(options, ["migrate", "deploy"], cwd === undefined ? {} : { cwd });
  if (status !== 0) throw new Error(output);
  return output;
};

describe.skipIf(missing !== null)("LiteLLM's migrations", () => {
  test("must make of nothing what schema.prisma says, and note each one as Prisma does", async () => {
    const scene = testScene();
    const options = await scene.database("template0");
    await deployed(options);
    const db = await scene.connected(options);
    expect(await foundSchema(db)).toEqual(meantSchema());
    expect(meantSchema().filter((line) => line.includes(" unique ")).length).toBeGreaterThan(81);
    const names = namesIn(extras());
    const checksum = (name: string): string =>
      createHash("sha256")
        .update(readFileSync(join(extras(), "migrations", name, "migration.sql")))
        .digest("hex");
    expect(await ledgerOf(db)).toEqual(
      names.map((name) => ({ name, done: "t", undone: "f", steps: "1", checksum: checksum(name) })),
    );
    expect((await migrate(options, ["migrate", "status"])).status).toBe(0);
    expect(await deployed(options)).not.toContain("Applying");
    expect((await ledgerOf(db)).length).toBe(names.length);
  });

  test("must make the same of each of the last ten states", async () => {
    const scene = testScene();
    const [state, whole] = [await scene.database("template0"), await scene.database()];
    const meant = await wholeSchema(await scene.connected(whole));
    for (let last = 10; last >= 1; last -= 1) {
      await deployed(state, without(last));
      const admin = await scene.connected({ ...state, database: "postgres" });
      const copy = { ...state, database: `${state.database}_${last}` };
      await admin.query(`CREATE DATABASE ${copy.database} TEMPLATE ${state.database}`);
      scene.defer(() => admin.query(`DROP DATABASE ${copy.database} WITH (FORCE)`));
      if (last === 10) expect((await migrate(copy, ["migrate", "status"])).status).toBe(1);
      await deployed(copy);
      expect(await wholeSchema(await scene.connected(copy))).toEqual(meant);
    }
  });

  test("must leave a whole one or nothing where they are killed, and go on from there", async () => {
    const scene = testScene();
    const options = await scene.database("template0");
    const db = await scene.connected(options);
    const whole = await wholeSchema(await scene.connected(await scene.database()));
    const names = namesIn(extras());
    for (const stop of [1, 40, 90, 150]) {
      const child = startMigrate(options, ["migrate", "deploy"]);
      let told = 0;
      child.stdout.on("data", (part: Buffer) => {
        told += part.toString().split("Applying").length - 1;
        if (told >= stop) child.kill("SIGKILL");
      });
      await once(child, "close");
      // What the killed one has sent may still be at work.
      await db.query("SELECT pg_advisory_lock(72707369)");
      await db.query("SELECT pg_advisory_unlock(72707369)");
      const ledger = (await db.query(`SELECT to_regclass('"_prisma_migrations"') AS t`)).rows[0]?.t
        ? await ledgerOf(db)
        : [];
      expect(ledger.map(({ name }) => name)).toEqual(names.slice(0, ledger.length));
      expect(ledger.every(({ done }) => done === "t")).toBe(true);
    }
    await deployed(options);
    expect(await wholeSchema(db)).toEqual(whole);
    expect((await ledgerOf(db)).length).toBe(names.length);
  });

  test("must be applied once by two who start at once", async () => {
    const scene = testScene();
    const options = await scene.database("template0");
    await Promise.all([deployed(options), deployed(options)]);
    const db = await scene.connected(options);
    expect((await ledgerOf(db)).map(({ name }) => name)).toEqual(namesIn(extras()));
    expect(await foundSchema(db)).toEqual(meantSchema());
  });
});

describe.skipIf(missing !== null)("a migration", () => {
  const first = "CREATE TABLE a (id int);";
  const broken = "CREATE TABLE b (id int);\nINSERT INTO b VALUES (1);\nALTER TABLE nowhere ADD COLUMN x int;";

  test("that fails must leave nothing, and stop all others until it is resolved", async () => {
    const scene = testScene();
    const options = await scene.database("template0");
    const db = await scene.connected(options);
    const tables = async () =>
      (await db.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")).rows.map(
        ({ tablename }) => tablename,
      );
    const cwd = folderOf({ "1_a": first, "2_b": broken, "3_c": "CREATE TABLE c (id int);" });
    const run = (...args: readonly string[]) => migrate(options, ["migrate", ...args], { cwd });
    expect(await run("deploy")).toMatchObject({
      status: 1,
      output: expect.stringMatching(/P3018[\s\S]*Migration name: 2_b[\s\S]*42P01/),
    });
    expect(await tables()).toEqual(["_prisma_migrations", "a"]);
    expect(await run("deploy")).toMatchObject({
      status: 1,
      output: expect.stringMatching(/P3009[\s\S]*`2_b` migration started at .* failed/),
    });
    expect(await run("status")).toMatchObject({
      status: 1,
      output: expect.stringMatching(/have failed:\n2_b[\s\S]*not yet been applied:\n3_c/),
    });
    expect(await run("resolve", "--rolled-back", "1_a")).toMatchObject({
      status: 1,
      output: expect.stringContaining("P3012"),
    });
    expect(await run("resolve", "--rolled-back", "9_z")).toMatchObject({
      status: 1,
      output: expect.stringContaining("P3011"),
    });
    expect((await run("resolve", "--rolled-back", "2_b")).status).toBe(0);
    writeFiles(cwd, { "migrations/2_b/migration.sql": "CREATE TABLE b (id int);" });
    expect(await run("deploy")).toMatchObject({ status: 0, output: expect.stringContaining("No pending migrations") });
    expect(await tables()).toEqual(["_prisma_migrations", "a", "b", "c"]);
    expect((await ledgerOf(db)).map(({ name, done, undone }) => [name, done, undone])).toEqual([
      ["1_a", "t", "f"],
      ["2_b", "f", "t"],
      ["2_b", "t", "f"],
      ["3_c", "t", "f"],
    ]);
  });

  test("that Prisma's own engine was interrupted in must be recognised, and can be said to be applied", async () => {
    const scene = testScene();
    const options = await scene.database("template0");
    const db = await scene.connected(options);
    const cwd = folderOf({ "1_a": first });
    await migrate(options, ["migrate", "deploy"], { cwd });
    await db.query(`INSERT INTO "_prisma_migrations" (id, checksum, migration_name) VALUES ('x', 'y', '2_b')`);
    writeFiles(cwd, { "migrations/2_b/migration.sql": "CREATE TABLE a (id int);" });
    const run = (...args: readonly string[]) => migrate(options, ["migrate", ...args], { cwd });
    expect(await run("deploy")).toMatchObject({ status: 1, output: expect.stringContaining("P3009") });
    expect((await run("resolve", "--applied", "2_b")).status).toBe(0);
    expect(await run("resolve", "--applied", "2_b")).toMatchObject({
      status: 1,
      output: expect.stringContaining("P3008"),
    });
    expect(await run("resolve", "--applied", "7_none")).toMatchObject({
      status: 1,
      output: expect.stringContaining("P3017"),
    });
    expect((await run("deploy")).status).toBe(0);
    expect((await run("status")).status).toBe(0);
    expect((await ledgerOf(db)).map(({ name, undone, steps }) => [name, undone, steps])).toEqual([
      ["1_a", "f", "1"],
      ["2_b", "t", "0"],
      ["2_b", "f", "0"],
    ]);
  });

  test("must be applied beside somebody else's tables, and not over their own where nobody noted them", async () => {
    const scene = testScene();
    const options = await scene.database("template0");
    const db = await scene.connected(options);
    await db.query("CREATE TABLE theirs AS SELECT 1 AS id");
    const cwd = folderOf({ "1_a": first });
    await deployed(options, cwd);
    expect((await db.query("SELECT * FROM theirs")).rows).toEqual([{ id: "1" }]);
    await db.query('DROP TABLE "_prisma_migrations"');
    const found = await migrate(options, ["migrate", "deploy"], { cwd });
    expect(found).toMatchObject({ status: 1, output: expect.stringContaining("P3005") });
  });

  test("that changed after it was applied must be told of, and stay as it is", async () => {
    const scene = testScene();
    const options = await scene.database("template0");
    const cwd = folderOf({ "1_a": first });
    await deployed(options, cwd);
    writeFiles(cwd, { "migrations/1_a/migration.sql": "CREATE TABLE z (id int);" });
    expect(await deployed(options, cwd)).toContain("changed after they were applied: 1_a");
  });
});
