import { GoatError } from "../../errors/goat-error.ts";
import { type Connection, type PostgresOptions, withConnection } from "../../platform/postgres.ts";
import type { EngineContext } from "../engine-context.ts";
import type { OpenDatabase } from "./database.ts";
import { type Rows, tableKey } from "./dump-rows.ts";

/** Puts a question to one database; each row of the answer is one text. */
type Ask = (database: string, sql: string) => Promise<readonly string[]>;

const databasesSql = "select datname as line from pg_database where datallowconn and not datistemplate order by 1";

/** The tables whose rows a dump holds: not temporary ones, those of the system catalogue, or those of an extension. */
const tablesSql = `select format('%I.%I', nspname, relname) as line from pg_class c join pg_namespace n on n.oid = relnamespace
  where relkind = 'r' and relpersistence <> 't' and nspname <> 'information_schema' and nspname !~ '^pg_' and not exists
    (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e') order by 1`;

/** Tables that are counted in one query: few enough that its text fits into a command-line argument. */
const tablesAtOnce = 200;

/** The rows of every table of every database, from inside the container, where nobody has to log in. */
export async function countInside({ container, user }: OpenDatabase, { engine, signal }: EngineContext): Promise<Rows> {
  const ask: Ask = async (database, sql) => {
    const pieces: Uint8Array[] = [];
    const options = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"];
    const command = ["psql", ...options, "--username", user, "--dbname", database, "--command", sql];
    const onStdout = (piece: Uint8Array): void => void pieces.push(piece);
    const { exitCode, output } = await engine.exec(container, command, signal, { onStdout });
    if (exitCode !== 0)
      throw new GoatError("engine-refused", `rows of ${database} cannot be counted: ${output.trim()}`);
    return Buffer.concat(pieces).toString().split("\n").filter(Boolean);
  };
  let rows: Rows = {};
  for (const database of await ask("postgres", databasesSql)) {
    rows = { ...rows, ...(await countTables(database, await ask(database, tablesSql), ask)) };
  }
  return rows;
}

async function countTables(database: string, tables: readonly string[], ask: Ask): Promise<Rows> {
  const rows: Record<string, number> = {};
  for (let start = 0; start < tables.length; start += tablesAtOnce) {
    const some = tables.slice(start, start + tablesAtOnce);
    const counts = await ask(
      database,
      some.map((table) => `select count(*)::text as line from ${table}`).join(" union all "),
    );
    some.forEach((table, index) => {
      rows[tableKey(database, table)] = Number(counts[index]);
    });
  }
  return rows;
}

/** Counts the rows of every table, and lets nobody write until `work` is done. `work` may stop the server. */
export async function countWhile<T>(
  login: PostgresOptions,
  signal: AbortSignal,
  work: (rows: Rows) => Promise<T>,
): Promise<T> {
  const databases = await withConnection({ ...login, database: "postgres" }, signal, (connection) =>
    linesOf(connection, databasesSql),
  );
  return holdEach(databases, {}, { login, signal, work });
}

interface Holding<T> {
  readonly login: PostgresOptions;
  readonly signal: AbortSignal;
  work(rows: Rows): Promise<T>;
}

async function holdEach<T>([database, ...others]: readonly string[], before: Rows, holding: Holding<T>): Promise<T> {
  if (database === undefined) return holding.work(before);
  return withConnection({ ...holding.login, database }, holding.signal, async (connection) => {
    const tables = await linesOf(connection, tablesSql);
    const lock = tables.length === 0 ? "" : `lock table ${tables.join(", ")} in share mode`;
    await connection.script(`begin; set local lock_timeout = '10s'; ${lock}`);
    const rows = await countTables(database, tables, (_database, sql) => linesOf(connection, sql));
    return holdEach(others, { ...before, ...rows }, holding);
  });
}

async function linesOf(connection: Connection, sql: string): Promise<readonly string[]> {
  return (await connection.query<{ line: string }>(sql)).map(({ line }) => line);
}
