import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { messageOf } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { makeFolder, unwritable } from "../../platform/files.ts";
import type { PostgresOptions } from "../../platform/postgres.ts";
import type { EngineContext } from "../engine-context.ts";
import { countInside, countWhile } from "./count-rows.ts";
import type { OpenDatabase } from "./database.ts";
import { databaseUsers } from "./database-users.ts";
import { type Rows, readDump } from "./dump-rows.ts";

export interface Dump {
  readonly bytes: number;
  /** The rows that it holds; null where they could not be counted. */
  readonly rows: Rows | null;
}

/** What a copy of the database is called: SQL where the engine has pg_dumpall, else the data's own files. */
export function dumpSuffix({ engine }: Pick<EngineContext, "engine">): string {
  return engine.localDatabase === undefined ? ".sql.gz" : ".tar.gz";
}

/** Writes everything the database holds into a gzipped file that only its owner may read. */
export async function dumpDatabase(database: OpenDatabase, file: string, context: EngineContext): Promise<Dump> {
  const { localDatabase } = context.engine;
  if (localDatabase === undefined) return dumpAsSql(database, file, context);
  await makeFolder(dirname(file), file);
  const save = async (rows: Rows | null): Promise<Dump> => ({
    bytes: await localDatabase.save(database.container, file, context.signal),
    rows,
  });
  const login = await loginFor(database, context);
  return login === null ? save(null) : countWhile(login, context.signal, save);
}

/** Null where the server does not run, or lets nobody in. */
async function loginFor(
  { service: { ready } }: OpenDatabase,
  { signal }: EngineContext,
): Promise<PostgresOptions | null> {
  if (ready.kind !== "postgres") return null;
  const { tryLogin } = await import("../../platform/postgres.ts");
  return (await tryLogin(ready, signal)).ok ? ready : null;
}

async function dumpAsSql(database: OpenDatabase, file: string, context: EngineContext): Promise<Dump> {
  const pieces = new PassThrough();
  const written = writeTo(file, pieces, context.signal);
  // Its failure is looked at below, and must not count as unhandled until then.
  written.catch(() => {});
  const reader = readDump();
  const onStdout = (piece: Uint8Array): Promise<void> => {
    reader.add(piece);
    return writePiece(pieces, piece, written);
  };
  const command = ["pg_dumpall", "--clean", "--if-exists", "--username", await ownerOf(database, context)];
  const { exitCode, output } = await context.engine
    .exec(database.container, command, context.signal, { onStdout })
    .finally(() => pieces.end());
  await written;
  if (exitCode === 0) return { bytes: (await stat(file)).size, rows: reader.rows() };
  await rm(file, { force: true });
  throw new GoatError("engine-refused", `the data of ${database.service.name} could not be saved`, {
    service: database.service.name,
    evidence: output.trim().split("\n").slice(-4),
  });
}

/** The user that the data was made with can read and write all of it; .env may name another user by now. */
async function ownerOf(database: OpenDatabase, { engine, signal }: EngineContext): Promise<string> {
  return (await databaseUsers({ ...database, engine }, signal))?.first ?? database.user;
}

async function writeTo(file: string, pieces: PassThrough, signal: AbortSignal): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await pipeline(pieces, createGzip(), createWriteStream(file, { mode: 0o600 }), { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw unwritable(file, error);
  }
}

/** Waits while the disk is behind; a write that failed ends the wait. */
async function writePiece(pieces: PassThrough, piece: Uint8Array, written: Promise<void>): Promise<void> {
  if (pieces.write(piece)) return;
  await Promise.race([new Promise((resolve) => pieces.once("drain", resolve)), written]);
}

/** Replaces what the database holds with a copy; nobody else may be connected. A running server runs afterwards too. */
export async function restoreDump(database: OpenDatabase, file: string, context: EngineContext): Promise<void> {
  const { localDatabase } = context.engine;
  if (localDatabase !== undefined) return localDatabase.restore(database.container, file, context.signal);
  const user = await ownerOf(database, context);
  const script = 'exec psql --no-psqlrc --quiet --username "$0" --dbname postgres >/dev/null';
  const { exitCode, output } = await context.engine.exec(
    database.container,
    ["sh", "-c", script, user],
    context.signal,
    { stdin: sqlOf(file, context.signal) },
  );
  const complaints = output.split("\n").filter((line) => /(?:ERROR|FATAL): /.test(line) && !isExpected(line));
  if (exitCode === 0 && complaints.length === 0) return;
  throw new GoatError("restore-incomplete", `the snapshot could not be restored completely`, {
    service: database.service.name,
    evidence: (complaints.length > 0 ? complaints : output.trim().split("\n")).slice(0, 6),
  });
}

/** Errors that every restore has: the user that psql is logged in as exists already and cannot be dropped. */
function isExpected(line: string): boolean {
  return /current user cannot be dropped|role "[^"]*" already exists/.test(line);
}

/**
 * SQL that runs before the dump's: open connections would keep a database from being dropped, and the dump drops only
 * the databases that it holds.
 */
const clearing = `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname is not null;
select format('drop database %I', datname) from pg_database where not datistemplate and datname <> 'postgres' \\gexec
`;

/** `\q` ends psql where the engine cannot close its input. */
async function* sqlOf(file: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield Buffer.from(clearing);
  yield* unzipped(file, signal);
  yield Buffer.from("\n\\q\n");
}

/** Reads a copy to its end before anything is touched; null for rows where it is no SQL. Throws snapshot-unreadable. */
export async function readDumpFile(file: string, signal: AbortSignal): Promise<Rows | null> {
  const reader = readDump();
  const isSql = file.endsWith(".sql.gz");
  let last = Buffer.alloc(0);
  try {
    for await (const piece of unzipped(file, signal)) {
      if (isSql) reader.add(piece);
      last = Buffer.concat([last, piece]).subarray(-200);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new GoatError("snapshot-unreadable", `${file} is damaged: ${messageOf(error)}`, { cause: error });
  }
  if (!isSql) return null;
  if (last.includes("cluster dump complete")) return reader.rows();
  throw new GoatError("snapshot-unreadable", `${file} is incomplete: its writing was cut off`);
}

async function* unzipped(file: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const unzip = createGunzip();
  const read = pipeline(createReadStream(file), unzip, { signal });
  // It rejects with the error that reading from `unzip` throws too, where it is handled.
  read.catch(() => {});
  yield* unzip;
}

/** Counts the rows of every table now. The server has to run; null where it refuses the log-in. */
export async function countRows(database: OpenDatabase, context: EngineContext): Promise<Rows | null> {
  if (context.engine.localDatabase === undefined) return countInside(database, context);
  const login = await loginFor(database, context);
  return login === null ? null : countWhile(login, context.signal, async (rows) => rows);
}
