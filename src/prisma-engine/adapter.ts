import { columnKind, columnReaders } from "./columns.ts";
import type { Pool, PoolClient } from "./connections.ts";
import type { Database } from "./database.ts";
import { isStatementError, type PostgresError } from "./failures.ts";
import type { AdapterError, DriverAdapter, Query, Queryable, Result, Transaction } from "./wasm.ts";

/** How long a transaction may stay unused: the engine uses one at once, unless it has given up waiting for it. */
const unclaimedMs = 1_000;
/** How many errors are kept whose number the engine was given; the oldest are dropped. */
const keptFailures = 100;

/** Keeps errors that cannot be passed to the engine. The engine gets a number, and hands it back in its answer. */
export class LostErrors {
  readonly #errors = new Map<number, unknown>();
  #next = 0;

  add(error: unknown): number {
    const id = this.#next++;
    this.#errors.set(id, error);
    const [oldest] = this.#errors.keys();
    if (this.#errors.size > keptFailures && oldest !== undefined) this.#errors.delete(oldest);
    return id;
  }

  get(id: number): unknown {
    return this.#errors.get(id);
  }
}

/** Prisma's driver adapter over pg: the engine's SQL goes through this. */
export function driverAdapter(database: Database, lost: LostErrors): DriverAdapter {
  return {
    ...queryableOn(() => database.pool, lost),
    errorRegistry: { consumeError: (id) => ({ error: lost.get(id) }) },
    getConnectionInfo: () => ok({ schemaName: database.address.schema }),
    startTransaction: () =>
      guarded(lost, async () => {
        if (database.pool === undefined) throw new Error("no database has been asked for");
        return ok(transactionOn(await database.pool.connect(), lost));
      }),
  };
}

/** The answer to what the engine asks before it has a database: no rows. */
const nothing = { fields: [], rows: [], rowCount: 0 };

function queryableOn(clientOf: () => Pool | PoolClient | undefined, lost: LostErrors): Queryable {
  const run = async ({ sql, args }: Query) => {
    const query = { text: sql, values: args.map(asParameter), rowMode: "array", types: columnReaders } as const;
    return (await clientOf()?.query<unknown[]>(query)) ?? nothing;
  };
  return {
    provider: "postgres",
    adapterName: "pg",
    queryRaw: (query) =>
      guarded(lost, async () => {
        const { fields, rows } = await run(query);
        const columnTypes = fields.map(({ dataTypeID }) => columnKind(dataTypeID) ?? -1);
        const unknown = fields[columnTypes.indexOf(-1)];
        if (unknown !== undefined) return err({ kind: "UnsupportedNativeDataType", type: String(unknown.dataTypeID) });
        return ok({ columnNames: fields.map(({ name }) => name), columnTypes, rows });
      }),
    executeRaw: (query) => guarded(lost, async () => ok((await run(query)).rowCount ?? 0)),
  };
}

/** pg takes any byte array as a parameter, but within a list only a Buffer. */
function asParameter(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((item) =>
    ArrayBuffer.isView(item) ? Buffer.from(item.buffer, item.byteOffset, item.byteLength) : item,
  );
}

/** The engine itself sends BEGIN and COMMIT. This gives the connection back to the pool, once, whatever happens. */
function transactionOn(client: PoolClient, lost: LostErrors): Transaction {
  let isHeld = true;
  const release = (error?: Error): void => {
    if (!isHeld) return;
    isHeld = false;
    clearTimeout(unclaimed);
    client.off("error", release);
    client.release(error);
  };
  const end = async (): Promise<Result<undefined>> => {
    release();
    return ok(undefined);
  };
  // Where a connection breaks within a transaction, neither commit nor rollback follows.
  client.on("error", release);
  const unclaimed = setTimeout(release, unclaimedMs);
  const { queryRaw, executeRaw, ...rest } = queryableOn(() => client, lost);
  // A connection that was given back to the pool may belong to another transaction, so it must not be used any more.
  const claimed =
    <T>(work: (query: Query) => Promise<Result<T>>) =>
    async (query: Query): Promise<Result<T>> => {
      clearTimeout(unclaimed);
      if (!isHeld) return err({ kind: "GenericJs", id: lost.add(new Error("Connection terminated")) });
      return work(query);
    };
  return {
    ...rest,
    queryRaw: claimed(queryRaw),
    executeRaw: claimed(executeRaw),
    options: { usePhantomQuery: false },
    commit: end,
    rollback: end,
  };
}

/** The engine understands its own errors and Postgres's; any other error is kept, and the engine gets its number. */
async function guarded<T>(lost: LostErrors, work: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await work();
  } catch (error) {
    if (isStatementError(error)) return err(postgresError(error));
    return err({ kind: "GenericJs", id: lost.add(error) });
  }
}

function postgresError({ code, severity, message, detail, column, hint }: PostgresError): AdapterError {
  return { kind: "Postgres", code, severity, message, detail, column, hint };
}

function ok<T>(value: T): Result<T> {
  return { ok: true, value, map: (change) => ok(change(value)), flatMap: (change) => change(value) };
}

function err<T>(error: AdapterError): Result<T> {
  return { ok: false, error, map: () => err(error), flatMap: () => err(error) };
}
