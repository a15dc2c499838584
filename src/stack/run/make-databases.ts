import type { ServiceSpec } from "../../model/stack.ts";
import { withConnection } from "../../platform/postgres.ts";

/** The database to connect to: it exists in every cluster, whatever else was dropped. */
const maintenance = "postgres";

/**
 * Makes the databases that services name in their DATABASE_URL and that are not there: Postgres runs its init scripts for an
 * empty volume only. Returns what was made. Throws service-not-ready.
 */
export async function makeDatabases(
  { name: host, ready }: ServiceSpec,
  services: readonly ServiceSpec[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (ready.kind !== "postgres") return [];
  const named = services.flatMap((service) => databaseIn(service, host) ?? []);
  const wanted = [...new Set([ready.database, ...named])];
  return withConnection({ ...ready, database: maintenance }, signal, async (connection) => {
    const rows = await connection.query<{ datname: string }>("select datname from pg_database");
    const missing = wanted.filter((database) => rows.every(({ datname }) => datname !== database));
    for (const database of missing) await connection.script(`create database "${database.replaceAll('"', '""')}"`);
    return missing;
  });
}

/** Null where its database is not in this service. */
function databaseIn({ environment }: ServiceSpec, host: string): string | null {
  const url = environment["DATABASE_URL"] ?? "";
  if (!URL.canParse(url)) return null;
  const { hostname, pathname } = new URL(url);
  return hostname === host && pathname.length > 1 ? decodeURIComponent(pathname.slice(1)) : null;
}
