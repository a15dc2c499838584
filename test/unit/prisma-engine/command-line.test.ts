import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../src/platform/clock.ts";
import { runCommandLine } from "../../../src/prisma-engine/command-line.ts";
import { withinTransaction } from "../../../src/prisma-engine/migrate.ts";
import { migrationsFolder, readMigrations } from "../../../src/prisma-engine/migrations-folder.ts";
import { tempFolder } from "../../support/temp.ts";

const run = async (args: readonly string[], databaseUrl?: string) => {
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const signal = AbortSignal.timeout(10_000);
  const surroundings = { cwd: "/", processors: 1, clock: systemClock, signal, waitMs: 0 };
  const status = await runCommandLine({ args, databaseUrl, out: say, err: say, ...surroundings });
  return { status, text: lines.join("\n") };
};

describe("the stand-in for Prisma's command line", () => {
  test("must tell its version without a database", async () => {
    expect(await run(["--version"])).toMatchObject({ status: 0, text: expect.stringContaining("prisma ") });
  });

  test.each([
    ["db push"],
    ["migrate diff --from-empty"],
    ["migrate resolve"],
    ["migrate resolve --else x"],
    ["generate"],
  ])("must refuse what it does not know: %s", async (words) => {
    const { status, text } = await run(words.split(" "), "postgresql://nowhere/x");
    expect(status).toBe(1);
    expect(text).toBe(`This stand-in for Prisma's command line does not know: prisma ${words}`);
  });

  test("must not repeat a database's URL", async () => {
    const { text } = await run(["migrate", "diff", "--from-url", "postgresql://u:secret@h/d"]);
    expect(text).not.toContain("secret");
  });

  test("must name the database that it cannot reach, with Prisma's code and without the password", async () => {
    const { status, text } = await run(["migrate", "deploy"], "postgresql://u:secret@127.0.0.1:1/d");
    expect(status).toBe(1);
    expect(text).toBe("Error: P1001\n\nCan't reach database server at `127.0.0.1`:`1`");
    expect((await run(["migrate", "deploy"])).text).toContain("DATABASE_URL");
  });
});

describe("migrations", () => {
  test("must be read from beside the schema, in the order of their names, with Prisma's checksum", () => {
    const folder = tempFolder();
    for (const name of ["2_second", "1_first"]) {
      mkdirSync(join(folder, "migrations", name), { recursive: true });
      writeFileSync(join(folder, "migrations", name, "migration.sql"), `-- ${name}\n`);
    }
    writeFileSync(join(folder, "migrations", "migration_lock.toml"), "");
    const found = readMigrations(migrationsFolder(["migrate", "deploy", "--schema", "schema.prisma"], folder));
    expect(found.map(({ name }) => name)).toEqual(["1_first", "2_second"]);
    expect(found[0]?.checksum).toBe(createHash("sha256").update("-- 1_first\n").digest("hex"));
    expect(readMigrations(migrationsFolder([], folder))).toEqual(found);
    expect(readMigrations(join(folder, "nowhere"))).toEqual([]);
  });

  test("must make their indexes within the transaction", () => {
    const sql = 'CREATE UNIQUE INDEX  CONCURRENTLY IF NOT EXISTS "a" ON "b"("c");\ndrop index concurrently "d"';
    expect(withinTransaction(sql)).toBe('CREATE UNIQUE INDEX IF NOT EXISTS "a" ON "b"("c");\ndrop INDEX "d"');
  });
});
