import { createHash, randomBytes } from "node:crypto";
import { anew, setting } from "../../doctor/failures/tell.ts";
import { type Fix, GoatError } from "../../errors/goat-error.ts";
import type { ServiceSpec } from "../../model/stack.ts";
import { templateKeys } from "../../model/template-keys.ts";
import { type Connection, type PostgresOptions, withConnection } from "../../platform/postgres.ts";

const templateKey = templateKeys.LITELLM_SALT_KEY;

/** Beside LiteLLM's own tables, so it goes where the data goes; only a fingerprint, which opens nothing. */
const prepare = `create schema if not exists goat_dev;
create table if not exists goat_dev.salt_key (fingerprint text not null)`;

/**
 * LiteLLM encrypts what it stores with LITELLM_SALT_KEY, and cannot read it with another. The first key that a database sees is its
 * key for good. Throws salt-key-changed.
 */
export async function checkSaltKey(database: ServiceSpec, gateway: ServiceSpec, signal: AbortSignal): Promise<void> {
  const key = gateway.environment["LITELLM_SALT_KEY"] ?? "";
  const options = databaseOf(gateway, database);
  if (key === "" || options === null) return;
  const kept = await withConnection(options, signal, (connection) => keptFingerprint(connection, key));
  if (!matches(kept, key)) throw changed(database, gateway, kept);
}

/** Null where the gateway's database is not in this one, or not on a published port. */
function databaseOf(gateway: ServiceSpec, { name, ready }: ServiceSpec): PostgresOptions | null {
  const url = gateway.environment["DATABASE_URL"] ?? "";
  if (ready.kind !== "postgres" || !URL.canParse(url)) return null;
  const { hostname, pathname } = new URL(url);
  return hostname === name ? { ...ready, database: decodeURIComponent(pathname.slice(1)) } : null;
}

async function keptFingerprint(connection: Connection, key: string): Promise<string> {
  await connection.script(prepare);
  const read = "select fingerprint from goat_dev.salt_key";
  const [first] = await connection.query<{ fingerprint: string }>(read);
  if (first !== undefined) return first.fingerprint;
  const made = fingerprintOf(key, randomBytes(16).toString("hex"));
  await connection.query("insert into goat_dev.salt_key values ($1)", [made]);
  return made;
}

function fingerprintOf(key: string, salt: string): string {
  return `${salt}:${createHash("sha256").update(salt).update(key).digest("hex")}`;
}

function matches(fingerprint: string, key: string): boolean {
  const [salt = ""] = fingerprint.split(":");
  return fingerprintOf(key, salt) === fingerprint;
}

function changed(database: ServiceSpec, gateway: ServiceSpec, kept: string): GoatError {
  const back: Fix = matches(kept, templateKey)
    ? setting("LITELLM_SALT_KEY", templateKey)
    : { command: "goat-dev up", effect: "goes on with the data, once the earlier LITELLM_SALT_KEY is back in .env" };
  const words = `LITELLM_SALT_KEY is not the one that ${gateway.name}'s data in ${database.name} is encrypted with`;
  return new GoatError("salt-key-changed", words, {
    service: gateway.name,
    fixes: [back, anew],
  });
}
