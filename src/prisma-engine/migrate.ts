import type { Client } from "./connections.ts";
import { type Entry, hasLedger, makeLedger, noteApplied, noteFailed, noteRolledBack, readLedger } from "./ledger.ts";
import type { Migration } from "./migrations-folder.ts";

/** A refusal with Prisma's code, in Prisma's words: LiteLLM reads them. */
export class MigrateError extends Error {
  constructor(code: string, message: string) {
    super(`Error: ${code}\n\n${message}`);
  }
}

/** The number that Prisma's own engine locks, so neither runs while the other does. */
const lockKey = 72_707_369;
const lockWaitMs = 60_000;
const lockTimedOut = "55P03";
const created = /\bCREATE TABLE (?:IF NOT EXISTS )?"?([^"\s(]+)/gi;

/** Lets nobody else migrate until the connection ends. */
export async function lockMigrations(client: Client): Promise<void> {
  try {
    await client.query(`SET lock_timeout = ${lockWaitMs}`);
    await client.query("SELECT pg_advisory_lock($1)", [lockKey]);
    await client.query("SET lock_timeout = 0");
  } catch (error) {
    if (!hasCode(error, lockTimedOut)) throw error;
    const what = `Timed out trying to acquire a postgres advisory lock (SELECT pg_advisory_lock(${lockKey})).`;
    throw new MigrateError("P1002", `${what} Elapsed: ${lockWaitMs}ms.`);
  }
}

/** Applies what is not applied yet, each migration whole or not at all. */
export async function deploy(
  client: Client,
  migrations: readonly Migration[],
  say: (line: string) => void,
): Promise<void> {
  say(`${migrations.length} migrations found in prisma/migrations\n`);
  if (!(await hasLedger(client)) && (await hasTablesOf(client, migrations))) throw notEmpty();
  await makeLedger(client);
  const entries = await readLedger(client);
  const failed = entries.filter(({ finished }) => finished === null);
  if (failed.length > 0) throw foundFailed(failed);
  const changed = changedSince(entries, migrations);
  if (changed.length > 0) say(`WARNING: migrations that changed after they were applied: ${changed.join(", ")}\n`);
  const applied = new Set(entries.map(({ name }) => name));
  // Commits do not wait for the disk: a crash of Postgres can lose only the last migrations, with their entries.
  await client.query("SET synchronous_commit = off");
  for (const migration of migrations.filter(({ name }) => !applied.has(name))) {
    say(`Applying migration \`${migration.name}\``);
    await apply(client, migration);
  }
  // On reading these words LiteLLM skips its comparison of database and schema, which needs Prisma's own schema engine.
  say("\nNo pending migrations to apply.");
}

/**
 * Whether the database has tables that the migrations create. Other tables do no harm here, although Prisma refuses
 * them until a migration describes them, which only its own engine can write.
 */
async function hasTablesOf(client: Client, migrations: readonly Migration[]): Promise<boolean> {
  const names = migrations.flatMap(({ sql }) => [...sql.matchAll(created)].map(([, name]) => name));
  const own = "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = ANY($1) LIMIT 1";
  return (await client.query(own, [names])).rows.length > 0;
}

function changedSince(entries: readonly Entry[], migrations: readonly Migration[]): readonly string[] {
  const checksums = new Map(migrations.map(({ name, checksum }) => [name, checksum]));
  return entries
    .filter(({ name, checksum }) => checksums.has(name) && checksums.get(name) !== checksum)
    .map(({ name }) => name);
}

async function apply(client: Client, migration: Migration): Promise<void> {
  try {
    await client.query("BEGIN");
    await client.query(withinTransaction(migration.sql));
    await noteApplied(client, migration, 1);
    await client.query("COMMIT");
  } catch (error) {
    const logs = failureLogs(migration, error);
    await client.query("ROLLBACK");
    await noteFailed(client, migration, logs);
    throw new MigrateError("P3018", logs);
  }
}

/**
 * An index that is made "concurrently" may not be made in a transaction, and one that was interrupted stays behind, invalid.
 * Within the transaction writers wait for it instead, and the index is the same.
 */
export function withinTransaction(sql: string): string {
  return sql.replace(/\bINDEX\s+CONCURRENTLY\b/gi, "INDEX");
}

function failureLogs({ name }: Migration, error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  const message = error instanceof Error ? error.message : String(error);
  return [
    "A migration failed to apply. New migrations cannot be applied before the error is recovered from.",
    `Migration name: ${name}`,
    `Database error code: ${code}`,
    `Database error:\nERROR: ${message}`,
  ].join("\n\n");
}

function notEmpty(): MigrateError {
  const more = "Read more about how to baseline an existing production database: https://pris.ly/d/migrate-baseline";
  return new MigrateError("P3005", `The database schema is not empty. ${more}`);
}

function foundFailed(failed: readonly Entry[]): MigrateError {
  const details = failed.map(({ name, started, logs }) => {
    const said = logs?.trim() ? ` with the following logs:\n${logs.trim()}` : "";
    return `The \`${name}\` migration started at ${started.toISOString()} failed${said}`;
  });
  const head = "migrate found failed migrations in the target database, new migrations will not be applied.";
  return new MigrateError("P3009", [head, ...details].join("\n"));
}

/** Notes that a migration is applied without running it. */
export async function resolveApplied(client: Client, migration: Migration): Promise<void> {
  await makeLedger(client);
  const entries = (await readLedger(client)).filter(({ name }) => name === migration.name);
  if (entries.some(({ finished }) => finished !== null)) {
    throw new MigrateError(
      "P3008",
      `The migration \`${migration.name}\` is already recorded as applied in the database.`,
    );
  }
  for (const { id } of entries) await noteRolledBack(client, id);
  await noteApplied(client, migration, 0);
}

/** Notes that a failed migration has left nothing, so it is applied again. */
export async function resolveRolledBack(client: Client, name: string): Promise<void> {
  const entries = (await readLedger(client)).filter((entry) => entry.name === name);
  const why = (reason: string): string => `Migration \`${name}\` cannot be rolled back because it ${reason}`;
  if (entries.length === 0) throw new MigrateError("P3011", why("was never applied to the database."));
  if (entries.every(({ finished }) => finished !== null))
    throw new MigrateError("P3012", why("is not in a failed state."));
  for (const { id, finished } of entries) if (finished === null) await noteRolledBack(client, id);
}

/** True where everything is applied. */
export async function status(
  client: Client,
  migrations: readonly Migration[],
  say: (line: string) => void,
): Promise<boolean> {
  say(`${migrations.length} migrations found in prisma/migrations\n`);
  const entries = await readLedger(client);
  const failed = entries.filter(({ finished }) => finished === null).map(({ name }) => name);
  const known = new Set(entries.map(({ name }) => name));
  const pending = migrations.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  if (failed.length > 0) say(`Following migration have failed:\n${failed.join("\n")}`);
  if (pending.length > 0) say(`Following migrations have not yet been applied:\n${pending.join("\n")}`);
  if (failed.length + pending.length > 0) return false;
  say("Database schema is up to date!");
  return true;
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === code;
}
