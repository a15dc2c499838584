import { createWriteStream } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { databaseUser, noSuchUser } from "../../doctor/failures/database-user.ts";
import { GoatError } from "../../errors/goat-error.ts";
import type { ServiceSpec, StackSpec } from "../../model/stack.ts";
import { unwritable } from "../../platform/files.ts";
import { createProbe } from "../../readiness/probe.ts";
import { waitUntilReady } from "../../readiness/wait.ts";
import type { EngineContext } from "../engine-context.ts";
import { containerOf } from "../plan/containers.ts";
import { databaseUsers } from "./database-users.ts";
import { observeStack } from "./observe.ts";
import { probeContext } from "./wait.ts";

const START_LIMIT_MS = 30_000;

/** A database that can be worked on without a password: from inside its container, or by its files. */
export interface OpenDatabase {
  readonly service: ServiceSpec;
  readonly container: string;
  readonly user: string;
}

export function databaseService(stack: StackSpec): ServiceSpec | null {
  return stack.services.find((candidate) => candidate.role === "database") ?? null;
}

/** Starts the database's container where it stands still and has to run. Null where there is none; throws service-not-ready. */
export async function openDatabase(stack: StackSpec, context: EngineContext): Promise<OpenDatabase | null> {
  const service = databaseService(stack);
  if (service === null) return null;
  const found = containerOf(stack, service, await observeStack(stack, context));
  if (found === undefined) return null;
  const { container } = found;
  const user = databaseUser(service);
  // This engine works on the data's files, where no server has to run.
  if (context.engine.localDatabase !== undefined) return { service, container, user };
  await context.engine.apply({ type: "start-container", container }, { signal: context.signal, progress: () => {} });
  // Asked without a log-in: a changed password must not stand in the way.
  const command = ["pg_isready", "--quiet", "--username", user];
  const result = await waitUntilReady(createProbe({ kind: "exec", command }), {
    clock: context.clock,
    signal: context.signal,
    timeoutMs: START_LIMIT_MS,
    context: probeContext({ service: service.name, container }, { ...context, stack: stack.name }),
  });
  if (result.state === "ready") return { service, container, user };
  throw new GoatError("service-not-ready", `${service.name} does not accept connections: ${result.why}`, {
    service: service.name,
  });
}

// psql reads name and password from its environment: nothing secret stands in an argument or in the server's log.
const passwordScript = `printf '%s\\n' 'set password_encryption = "scram-sha-256";' '\\getenv role GOAT_USER' '\\getenv password GOAT_PASSWORD' 'alter user :"role" password :'"'"'password'"'"';' |
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$GOAT_USER" --dbname postgres`;

/**
 * Gives the database's user the password of .env, from inside its container, where the image trusts local connections.
 * Throws service-not-ready where the container is not there or does not accept connections.
 */
export async function setDatabasePassword(
  stack: StackSpec,
  context: EngineContext,
): Promise<{ readonly user: string }> {
  const database = await openDatabase(stack, context);
  if (database === null) {
    throw new GoatError("service-not-ready", "there is no database yet, so it has no password to change", {
      fixes: [{ command: "goat-dev up", effect: "makes it with the password of .env" }],
    });
  }
  const { service, container, user } = database;
  const users = await databaseUsers({ engine: context.engine, service, container }, context.signal);
  if (users !== null && !users.all.includes(user)) throw noSuchUser(service, user, users);
  const { localDatabase } = context.engine;
  if (localDatabase !== undefined) {
    const password = service.environment["POSTGRES_PASSWORD"] ?? "";
    await localDatabase.setPassword(container, { user, password }, context.signal);
    await untilOpen(service, container, stack, context);
    return { user };
  }
  const environment = { GOAT_USER: user, GOAT_PASSWORD: service.environment["POSTGRES_PASSWORD"] ?? "" };
  const command = ["sh", "-c", passwordScript];
  const { exitCode, output } = await context.engine.exec(container, command, context.signal, { environment });
  if (exitCode === 0) return { user };
  throw new GoatError("database-password-drift", `the password of ${user} could not be set`, {
    service: service.name,
    evidence: output.trim().split("\n").slice(-4),
    fixes: [{ command: `goat-dev logs ${service.name}`, effect: "shows what the database says" }],
  });
}

/** It was started anew: whoever logs in next must not find it booting. Throws service-not-ready. */
async function untilOpen(
  service: ServiceSpec,
  container: string,
  stack: StackSpec,
  context: EngineContext,
): Promise<void> {
  const result = await waitUntilReady(createProbe(service.ready), {
    clock: context.clock,
    signal: context.signal,
    timeoutMs: START_LIMIT_MS,
    context: probeContext({ service: service.name, container }, { ...context, stack: stack.name }),
  });
  if (result.state === "ready") return;
  throw new GoatError("service-not-ready", `${service.name} has its password, and does not accept it: ${result.why}`, {
    service: service.name,
    fixes: [{ command: `goat-dev logs ${service.name}`, effect: "shows what the database says" }],
  });
}

/** What a copy of the database is called: SQL where the engine has pg_dumpall, else the data's own files. */
export function dumpSuffix({ engine }: EngineContext): string {
  return engine.localDatabase === undefined ? ".sql.gz" : ".tar.gz";
}

/** Writes everything the database holds into a gzipped file that only its owner may read; returns its size in bytes. */
export async function dumpDatabase(database: OpenDatabase, file: string, context: EngineContext): Promise<number> {
  const { localDatabase } = context.engine;
  if (localDatabase === undefined) return dumpAsSql(database, file, context);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw unwritable(file, error);
  });
  return localDatabase.save(database.container, file, context.signal);
}

async function dumpAsSql(database: OpenDatabase, file: string, context: EngineContext): Promise<number> {
  // Who made the data can read all of it; .env may name somebody else by now.
  const users = await databaseUsers({ ...database, engine: context.engine }, context.signal);
  const pieces = new PassThrough();
  const written = writeTo(file, pieces, context.signal);
  // Its failure is looked at below, and must not count as unhandled until then.
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
