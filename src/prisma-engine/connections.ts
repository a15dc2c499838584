import { readFileSync } from "node:fs";
import { Client, type ClientConfig, Pool, type PoolClient, type PoolConfig } from "pg";

export type { Client, Pool, PoolClient };

/** What a database's URL says, as Prisma reads it. */
export interface Address {
  /** As Prisma names it in its messages. */
  readonly host: string;
  readonly port: number;
  readonly schema: string;
  readonly config: ClientConfig;
  readonly poolSize: number;
  readonly poolTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly idleMs: number;
}

/** The URL in `overwriting` (the client's OVERWRITE_DATASOURCES, JSON), else `url` (DATABASE_URL). */
export function databaseUrl(url: string | undefined, overwriting: string | undefined): string {
  const overwritten: readonly { readonly url?: string }[] = JSON.parse(overwriting || "[]");
  return overwritten[0]?.url ?? url ?? "";
}

/** Throws where the text is no URL; the error never quotes it, since it has the password. */
export function readAddress(text: string, processors: number): Address {
  const url = parse(text);
  const said = (name: string): string | undefined => url.searchParams.get(name) || undefined;
  const number = (name: string, otherwise: number): number => Number(said(name) ?? otherwise);
  const host = said("host") ?? decodeURIComponent(url.hostname.replace(/^\[(.*)\]$/, "$1"));
  const port = Number(url.port || 5432);
  const schema = said("schema") ?? "public";
  const options = ["-c TimeZone=UTC", `-c search_path="${schema.replaceAll(" ", "\\ ")}"`, said("options")];
  const socketTimeoutS = number("socket_timeout", 0);
  return {
    host,
    port,
    schema,
    config: {
      host,
      port,
      user: decodeURIComponent(url.username),
      // Never absent, or pg asks PGPASSWORD and ~/.pgpass.
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)),
      application_name: said("application_name") ?? "prisma",
      options: options.filter((part) => part !== undefined).join(" "),
      keepAlive: true,
      ssl: tlsOf(said),
      ...(socketTimeoutS > 0 ? { query_timeout: socketTimeoutS * 1000 } : {}),
    },
    // Prisma's default, where the URL sets no limit.
    poolSize: number("connection_limit", processors * 2 + 1),
    poolTimeoutMs: number("pool_timeout", 10) * 1000,
    connectTimeoutMs: number("connect_timeout", 5) * 1000,
    idleMs: number("max_idle_connection_lifetime", 300) * 1000,
  };
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "postgresql:" || url?.protocol === "postgres:") return url;
  throw new TypeError("the URL must start with the protocol `postgresql://` or `postgres://`");
}

/** Any certificate will do without `sslaccept=strict` or a `verify-…` mode. `prefer` (Prisma's default) is no TLS. */
function tlsOf(said: (name: string) => string | undefined): ClientConfig["ssl"] {
  const mode = said("sslmode");
  if (mode === undefined || mode === "disable" || mode === "allow" || mode === "prefer") return false;
  const certificate = said("sslcert") ?? said("sslrootcert");
  const isStrict = said("sslaccept") === "strict" || mode === "verify-ca" || mode === "verify-full";
  return {
    rejectUnauthorized: isStrict,
    ...(certificate === undefined ? {} : { ca: readFileSync(certificate, "utf8") }),
  };
}

/** Connections that are made as they are needed. `onBroken` hears of those that break while nobody uses them. */
export function openPool(address: Address, onBroken: () => void): Pool {
  const config: PoolConfig = {
    ...address.config,
    max: address.poolSize,
    connectionTimeoutMillis: address.poolTimeoutMs,
    idleTimeoutMillis: address.idleMs,
  };
  const pool = new Pool(config);
  // Without a listener an idle connection that breaks would end the process.
  pool.on("error", onBroken);
  return pool;
}

/** One connection of its own. */
export async function connect(address: Address): Promise<Client> {
  const client = new Client({ ...address.config, connectionTimeoutMillis: address.connectTimeoutMs });
  client.on("error", () => {});
  await client.connect();
  return client;
}
