import { chown, mkdtemp, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { GoatError } from "../../errors/goat-error.ts";
import { systemClock } from "../../platform/clock.ts";
import { type Connection, type PostgresOptions, tryLogin, withConnection } from "../../platform/postgres.ts";
import { type RunResult, run } from "../../platform/process.ts";
import { complaints, diskFull, neededBytes, saysDiskFull } from "../disk.ts";
import { type InitScript, readInitScript, scriptFailure } from "./init-scripts.ts";
import { programIn } from "./package.ts";
import { quoteName } from "./quote.ts";
import type { ServerUser } from "./server-user.ts";

export interface FirstRun {
  readonly service: string;
  readonly home: string;
  readonly data: string;
  readonly user: ServerUser | undefined;
  readonly login: { readonly user: string; readonly password: string };
  /** Made where initdb has not; scripts run in it. */
  readonly database: string;
  readonly scripts: readonly InitScript[];
}

const socketPort = 5432;

/** A socket's path has at most 103 bytes on macOS, of which `/.s.PGSQL.5432` takes 14. */
const socketFolderLimit = 89;
const askAgainAfterMs = 10;
const stopGraceMs = 30_000;

/** Makes the database and applies the scripts, through a server that nobody else can reach; the files are not synced. Throws service-exited, disk-full. */
export async function runFirst(first: FirstRun, signal: AbortSignal): Promise<void> {
  const beside = dirname(first.data);
  const fits = Buffer.byteLength(beside) <= socketFolderLimit;
  const folder = fits ? beside : await mkdtemp("/tmp/goat-dev-");
  try {
    if (first.user !== undefined) await chown(folder, first.user.uid, first.user.gid);
    await serveWhile(first, folder, signal, (own) => fill(first, folder, own));
  } finally {
    if (!fits) await rm(folder, { recursive: true, force: true });
  }
}

async function serveWhile(
  first: FirstRun,
  folder: string,
  signal: AbortSignal,
  work: (own: AbortSignal) => Promise<void>,
) {
  const stop = new AbortController();
  const follow = (): void => stop.abort(signal.reason);
  signal.addEventListener("abort", follow, { once: true });
  const settings = [
    "listen_addresses=",
    // A list: a comma in the path would end it.
    `unix_socket_directories=${quoteName(folder)}`,
    `port=${socketPort}`,
    "autovacuum=off",
    "fsync=off",
  ];
  const server = run(
    programIn(first.home, "postgres"),
    ["-D", first.data, ...settings.flatMap((setting) => ["-c", setting])],
    { env: {}, signal: stop.signal, graceMs: stopGraceMs, cwd: folder, ...(first.user && { user: first.user }) },
  );
  const early = server.then((result) => {
    throw endedEarly(first, result);
  });
  try {
    await Promise.race([work(stop.signal), early]);
  } finally {
    stop.abort();
    signal.removeEventListener("abort", follow);
    await server.catch(() => undefined);
  }
  signal.throwIfAborted();
}

function endedEarly(first: FirstRun, { exitCode, endedBy, startError, stderr }: RunResult): GoatError {
  if (saysDiskFull(stderr)) return diskFull(dirname(dirname(first.data)), neededBytes);
  const ending = startError ?? endedBy ?? `status ${exitCode}`;
  return new GoatError("service-exited", `${first.service}: Postgres ended while its data was set up (${ending})`, {
    service: first.service,
    evidence: complaints(stderr),
  });
}

async function fill(first: FirstRun, host: string, signal: AbortSignal): Promise<void> {
  const options = { ...first.login, host, port: socketPort };
  await untilLogin({ ...options, database: "postgres" }, signal);
  const { database, service, scripts } = first;
  await withConnection({ ...options, database: "postgres" }, signal, async (connection) => {
    const there = await connection.query("select from pg_database where datname = $1", [database]);
    if (there.length === 0) await connection.query(`create database ${quoteName(database)}`);
  });
  for (const script of scripts) {
    await withConnection({ ...options, database }, signal, (connection) => runScript(connection, service, script));
  }
}

async function untilLogin(options: PostgresOptions, signal: AbortSignal): Promise<void> {
  while (!(await tryLogin(options, signal)).ok) await systemClock.sleep(askAgainAfterMs, signal);
}

async function runScript(connection: Connection, service: string, script: InitScript): Promise<void> {
  const text = readInitScript(script);
  try {
    await connection.script(text);
  } catch (error) {
    const { line, reason } = scriptFailure(text, error);
    const where = line === null ? script.path : `${script.path}:${line}`;
    throw new GoatError("service-exited", `${service}: its init script failed: ${where}: ${reason}`, {
      service,
      fixes: [
        { command: "goat-dev up", effect: "begins anew once the script is mended; nothing was kept of this try" },
      ],
    });
  }
}
