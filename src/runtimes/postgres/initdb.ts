import { appendFile, chmod, chown, lstat, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Machine } from "../../engine/processes/runtime.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { systemClock } from "../../platform/clock.ts";
import { type Connection, type PostgresOptions, tryLogin, withConnection } from "../../platform/postgres.ts";
import { type RunResult, run } from "../../platform/process.ts";
import { complaints, diskFull, neededBytes, needSpace, saysDiskFull } from "../disk.ts";
import { type InitScript, readInitScript, scriptFailure } from "./init-scripts.ts";
import { endLeftovers } from "./leftovers.ts";
import { quoteName } from "./local-database.ts";
import { programIn } from "./package.ts";
import type { ServerUser } from "./server-user.ts";

interface FirstRun {
  readonly service: string;
  readonly home: string;
  readonly data: string;
  readonly user: ServerUser | undefined;
  readonly login: { readonly user: string; readonly password: string };
  /** Created where initdb has not created it; the init scripts run in it. */
  readonly database: string;
  readonly scripts: readonly InitScript[];
}

/**
 * Sets up the data in a temporary folder beside the data folder, and moves it into place once it is complete, so that
 * an interrupted set-up starts over. Throws service-exited, disk-full.
 */
export async function initializeData(machine: Machine, first: FirstRun, signal: AbortSignal): Promise<void> {
  const parent = dirname(first.data);
  await mkdir(first.data, { recursive: true, mode: 0o700 });
  if ((await lstat(first.data)).isSymbolicLink()) throw new Error(`${first.data} is a link`);
  await removeUnfinished(machine, first.data, signal);
  await needSpace(parent, neededBytes);
  const folder = await mkdtemp(join(parent, temporaryPrefix(first.data)));
  try {
    await chmod(folder, 0o700);
    if (first.user !== undefined) await chown(folder, first.user.uid, first.user.gid);
    await make(first, folder, signal);
  } finally {
    await endLeftovers(machine, join(folder, "data"), new AbortController().signal);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Removes the folders of interrupted set-ups, and ends the processes that still work in them. */
async function removeUnfinished(machine: Machine, data: string, signal: AbortSignal): Promise<void> {
  const parent = dirname(data);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(temporaryPrefix(data))) continue;
    await endLeftovers(machine, join(parent, name, "data"), signal);
    await rm(join(parent, name), { recursive: true, force: true, maxRetries: 3 });
  }
}

function temporaryPrefix(data: string): string {
  return `.${basename(data)}.making-`;
}

async function make(first: FirstRun, folder: string, signal: AbortSignal): Promise<void> {
  const passwordFile = join(folder, "password");
  const making = { ...first, data: join(folder, "data") };
  await writePassword(first, passwordFile);
  await initdb(making, creation(first.login, passwordFile), signal);
  await rm(passwordFile);
  // As in the image, any address may log in with the password: the address that the server listens on limits who can
  // reach it.
  await appendFile(join(making.data, "pg_hba.conf"), "\nhost all all all scram-sha-256\n");
  await runFirst(making, signal);
  // So far nothing was synced to the disk: all of it has to be before it is moved into place.
  await initdb(making, ["--sync-only"], signal);
  await rename(making.data, first.data);
}

async function writePassword(first: FirstRun, file: string): Promise<void> {
  await writeFile(file, `${first.login.password}\n`, { mode: 0o600, flag: "wx" });
  if (first.user !== undefined) await chown(file, first.user.uid, first.user.gid);
}

async function initdb(
  { home, data, user, service }: FirstRun,
  args: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const result = await run(programIn(home, "initdb"), ["-D", data, ...args], {
    // Without TZ it searches all time zone files for this machine's.
    env: { TZ: "UTC", LC_ALL: "C" },
    cwd: dirname(data),
    signal,
    ...(user && { user }),
  });
  if (result.exitCode === 0) return;
  if (saysDiskFull(result.stderr)) throw diskFull(dirname(dirname(data)), neededBytes);
  const ending = result.startError ?? result.endedBy ?? `status ${result.exitCode}`;
  throw new GoatError(
    "service-exited",
    `${service}: its data folder could not be set up: initdb ended with ${ending}`,
    {
      service,
      evidence: complaints(result.stderr),
    },
  );
}

function creation(login: FirstRun["login"], passwordFile: string): readonly string[] {
  return [
    ...["-U", login.user, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"],
    ...["--encoding=UTF8", "--locale=C", "--no-instructions", "--no-clean", "--no-sync"],
  ];
}

/** A socket's path has at most 103 bytes on macOS, of which `/.s.PGSQL.5432` takes 14. */
const socketFolderLimit = 89;

/**
 * Creates the database and runs the scripts, through a server that nobody else can reach and that does not sync its
 * files. Throws service-exited, disk-full.
 */
async function runFirst(first: FirstRun, signal: AbortSignal): Promise<void> {
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

const socketPort = 5432;

const stopGraceMs = 30_000;

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
    // Quoted, because this setting is a list: a comma in the path would begin another entry.
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

const askAgainAfterMs = 10;

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
