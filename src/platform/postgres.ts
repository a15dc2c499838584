import { Socket } from "node:net";
import type { ClientConfig, Pool as PgPool } from "pg";
import { messageOf, systemCode } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import { deadline } from "./deadline.ts";

export interface PostgresOptions {
  /** A name, an address, or the folder of the server's socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** `code` is Postgres' SQLSTATE (28P01, 3D000, 57P03) or the system's (ECONNREFUSED), where there is one. */
interface PostgresFailure {
  readonly reason: string;
  readonly code?: string;
}

export type LoginResult = { readonly ok: true } | ({ readonly ok: false } & PostgresFailure);

export interface Queryable {
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

export interface Connection extends Queryable {
  /** Sends any number of statements at once; the server splits them and runs them in one transaction. */
  script(text: string): Promise<void>;
}

export interface PostgresPool extends Queryable {
  /** Runs `work` between `begin` and `commit`; rolls back when it throws. */
  transaction<T>(work: (connection: Queryable) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const tryLimitMs = 1_000;

const poolWaitMs = 5_000;

const queryLimitMs = 30_000;

/**
 * On data that pg cannot parse it throws inside an event handler, where nobody can catch it. This socket makes that a
 * connection error with pg's message, so that the process goes on.
 */
class PostgresSocket extends Socket {
  override emit(event: string | symbol, ...values: unknown[]): boolean {
    try {
      return super.emit(event, ...values);
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
      return true;
    }
  }
}

/** Loads the pg module ahead of its first use, while the process would otherwise be waiting. */
export async function loadPg(): Promise<void> {
  await import("pg");
}

/** One real log-in and `select 1`, within a second. Throws only when `signal` fires. */
export async function tryLogin(options: PostgresOptions, signal: AbortSignal): Promise<LoginResult> {
  using limit = deadline(signal, tryLimitMs);
  try {
    await connectAndRun(options, limit.signal, (connection) => connection.query("select 1"));
    return { ok: true };
  } catch (error) {
    signal.throwIfAborted();
    if (limit.isOver()) return { ok: false, reason: `no answer within ${tryLimitMs} ms`, code: "ETIMEDOUT" };
    return { ok: false, ...describePostgresFailure(error, options) };
  }
}

/** What a thrown value says, without the password. */
function describePostgresFailure(error: unknown, options: PostgresOptions): PostgresFailure {
  const code = systemCode(error);
  const inner = error instanceof AggregateError && error.message === "" ? error.errors[0] : error;
  const said = messageOf(inner);
  // Not where the password equals the user or database name: masking it would blank out half of every message.
  const secret = options.password !== "" && options.password !== options.user && options.password !== options.database;
  const reason = secret ? said.replaceAll(options.password, "***") : said;
  return code === undefined ? { reason } : { reason, code };
}

/**
 * Runs `work` on a new connection. Throws `service-not-ready`, any GoatError that `work` throws, or the signal's
 * reason.
 */
export async function withConnection<T>(
  options: PostgresOptions,
  signal: AbortSignal,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  try {
    return await connectAndRun(options, signal, work);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof GoatError) throw error;
    const { reason, code } = describePostgresFailure(error, options);
    const where = `postgres at ${options.host}:${options.port}`;
    throw new GoatError("service-not-ready", `${where}: ${reason}${code === undefined ? "" : ` (${code})`}`);
  }
}

async function connectAndRun<T>(
  options: PostgresOptions,
  signal: AbortSignal,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const { Client } = await import("pg");
  const client = new Client({ ...configOf(options), stream: () => new PostgresSocket({ signal }) });
  // Without a listener a dropped connection would end the process; the query in flight rejects anyway.
  client.on("error", () => {});
  try {
    await client.connect();
    const script = async (text: string): Promise<void> => void (await client.query(text));
    return await work({ ...queryableOf(client), script });
  } finally {
    void client.end().catch(() => {});
  }
}

// Nothing is left for pg to look up in PGPASSWORD, PGSSLMODE or ~/.pgpass.
function configOf(options: PostgresOptions): ClientConfig {
  return {
    host: options.host,
    port: options.port,
    user: options.user,
    password: () => options.password,
    database: options.database,
    ssl: false,
    application_name: "goat-dev",
  };
}

function queryableOf(client: { query(text: string, values?: unknown[]): Promise<{ rows: object[] }> }): Queryable {
  return {
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await client.query(text, [...values])).rows as Row[],
  };
}

/** A pool of at most `size` connections, each opened when it is first needed. */
export async function openPool(options: PostgresOptions, size: number): Promise<PostgresPool> {
  const { Pool } = await import("pg");
  const pool = new Pool({
    ...configOf(options),
    max: size,
    connectionTimeoutMillis: poolWaitMs,
    query_timeout: queryLimitMs,
  });
  // An idle connection that drops is replaced by the next query; without a listener it would end the process.
  pool.on("error", () => {});
  return {
    ...queryableOf(pool),
    transaction: (work) => transactionOn(pool, work),
    close: () => pool.end(),
  };
}

async function transactionOn<T>(pool: PgPool, work: (connection: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query("begin");
    const result = await work(queryableOf(client));
    await client.query("commit");
    broken = false;
    return result;
  } catch (error) {
    await client.query("rollback").then(
      () => {
        broken = false;
      },
      () => {},
    );
    throw error;
  } finally {
    client.release(broken);
  }
}
