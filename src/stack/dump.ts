import { createWriteStream } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { GoatError } from "../errors/goat-error.ts";
import { unwritable } from "../platform/files.ts";
import type { OpenDatabase } from "./database.ts";
import { databaseUsers } from "./database-users.ts";
import type { EngineContext } from "./engine-context.ts";

/** What a copy of the database is called: SQL where the engine has pg_dumpall, else the data's own files. */
export const dumpSuffix = ({ engine }: EngineContext): string =>
  engine.localDatabase === undefined ? ".sql.gz" : ".tar.gz";

/** Writes everything the database holds into a gzipped file that only its owner may read; returns its size in bytes. */
export const dumpDatabase = async (database: OpenDatabase, file: string, context: EngineContext): Promise<number> => {
  const { localDatabase } = context.engine;
  if (localDatabase === undefined) return dumpAsSql(database, file, context);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw unwritable(file, error);
  });
  return localDatabase.save(database.container, file, context.signal);
};

const dumpAsSql = async (database: OpenDatabase, file: string, context: EngineContext): Promise<number> => {
  // Who made the data can read all of it; .env may name somebody else by now.
  const users = await databaseUsers({ ...database, engine: context.engine }, context.signal);
  const pieces = new PassThrough();
  const written = writeTo(file, pieces, context.signal);
  // Looked at below; until then its failure is nobody's surprise.
  written.catch(() => {});
  const { exitCode, output } = await context.engine
    .exec(
      database.container,
      ["pg_dumpall", "--clean", "--if-exists", "--username", users?.first ?? database.user],
      context.signal,
      {
        onStdout: (piece) => writePiece(pieces, piece, written),
      },
    )
    .finally(() => pieces.end());
  await written;
  if (exitCode === 0) return (await stat(file)).size;
  await rm(file, { force: true });
  throw new GoatError("engine-refused", `the data of ${database.service.name} could not be saved before deleting it`, {
    service: database.service.name,
    evidence: output.trim().split("\n").slice(-4),
  });
};

const writeTo = async (file: string, pieces: PassThrough, signal: AbortSignal): Promise<void> => {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await pipeline(pieces, createGzip(), createWriteStream(file, { mode: 0o600 }), { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw unwritable(file, error);
  }
};

/** Waits while the disk is behind; a write that failed ends the wait. */
const writePiece = async (pieces: PassThrough, piece: Uint8Array, written: Promise<void>): Promise<void> => {
  if (pieces.write(piece)) return;
  await Promise.race([new Promise((resolve) => pieces.once("drain", resolve)), written]);
};
