import { randomUUID } from "node:crypto";
import type { Client } from "./connections.ts";
import type { Migration } from "./migrations-folder.ts";

/** A line of `_prisma_migrations`, which says what was applied. */
export interface Entry {
  readonly id: string;
  readonly name: string;
  readonly checksum: string;
  readonly started: Date;
  readonly finished: Date | null;
  readonly logs: string | null;
}

const create = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

export async function hasLedger(client: Client): Promise<boolean> {
  const { rows } = await client.query(`SELECT to_regclass('"_prisma_migrations"') IS NOT NULL AS "has"`);
  return rows[0]?.has === true;
}

export async function makeLedger(client: Client): Promise<void> {
  if (!(await hasLedger(client))) await client.query(create);
}

/** Without those that were rolled back. */
export async function readLedger(client: Client): Promise<readonly Entry[]> {
  if (!(await hasLedger(client))) return [];
  const columns = 'id, migration_name AS "name", checksum, started_at AS "started", finished_at AS "finished", logs';
  const where = "WHERE rolled_back_at IS NULL ORDER BY started_at";
  return (await client.query<Entry>(`SELECT ${columns} FROM "_prisma_migrations" ${where}`)).rows;
}

/** Notes a migration as applied: `steps` is 1 where its SQL ran, 0 where it is only declared to be applied. */
export async function noteApplied(client: Client, { name, checksum }: Migration, steps: 0 | 1): Promise<void> {
  const columns = "id, checksum, migration_name, started_at, finished_at, applied_steps_count";
  // The clock's time: within a transaction now() is when that began.
  const values = "$1, $2, $3, now(), clock_timestamp(), $4";
  const insert = `INSERT INTO "_prisma_migrations" (${columns}) VALUES (${values})`;
  await client.query(insert, [randomUUID(), checksum, name, steps]);
}

export async function noteFailed(client: Client, { name, checksum }: Migration, logs: string): Promise<void> {
  const insert = `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, logs) VALUES ($1, $2, $3, $4)`;
  await client.query(insert, [randomUUID(), checksum, name, logs]);
}

export async function noteRolledBack(client: Client, id: string): Promise<void> {
  await client.query(`UPDATE "_prisma_migrations" SET rolled_back_at = now() WHERE id = $1`, [id]);
}
