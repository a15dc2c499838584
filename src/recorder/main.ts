import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { messageOf } from "../errors/describe.ts";
import { type PageFile, readPageFiles } from "../pages/files.ts";
import { systemClock } from "../platform/clock.ts";
import { openPool, type PostgresOptions, tryLogin } from "../platform/postgres.ts";
import { recorderService, recorderVersion } from "./identity.ts";
import { type LogStream, openLogFile } from "./log-file.ts";
import { openPostgresStore } from "./postgres-store.ts";
import { createRecorder } from "./server.ts";
import { type RecorderSettings, readSettings } from "./settings.ts";
import type { Store } from "./store.ts";

const poolSize = 5;
const databaseLimitMs = 60_000;
const databasePauseMs = 250;
const closeLimitMs = 800;

// A wrong password, no such role, no such database: waiting mends none of them.
const hopeless = new Set(["28P01", "28000", "3D000"]);

const logLimitBytes = 5 * 1024 * 1024;
const keptLogs = 2;

const log = openLog();

const stop = new AbortController();
// SIGQUIT is what the Compose file sends to Langfuse, in whose place this stands.
for (const name of ["SIGTERM", "SIGINT", "SIGQUIT"] as const) {
  process.once(name, () => {
    say(`${name}: shutting down`);
    stop.abort();
    // A database that hangs must not keep the process alive.
    setTimeout(() => process.exit(0), closeLimitMs).unref();
  });
}

run(stop.signal).catch((error: unknown) => (stop.signal.aborted ? process.exit(0) : fail(messageOf(error))));

function openLog(): (stream: LogStream, line: string) => void {
  const path = process.env["RECORDER_LOG_FILE"];
  if (path) return openLogFile({ path, limitBytes: logLimitBytes, keep: keptLogs, now: systemClock.date });
  return (stream, line) => void (stream === "out" ? process.stdout : process.stderr).write(`${line}\n`);
}

function say(line: string): void {
  log("out", line);
}

function fail(line: string): never {
  log("err", `${recorderService}: ${line}`);
  process.exit(1);
}

async function waitForDatabase(options: PostgresOptions, signal: AbortSignal): Promise<void> {
  const where = `database ${options.database} at ${options.host}:${options.port}`;
  const startedAt = systemClock.now();
  let said = "";
  for (;;) {
    const login = await tryLogin(options, signal);
    if (login.ok) return;
    if (hopeless.has(login.code ?? "")) fail(`cannot log in to ${where}: ${login.reason}`);
    if (systemClock.now() - startedAt > databaseLimitMs) fail(`no ${where} after 60 s; last: ${login.reason}`);
    if (login.reason !== said) say(`waiting for ${where}: ${login.reason}`);
    said = login.reason;
    await systemClock.sleep(databasePauseMs, signal);
  }
}

async function listen(server: Server, settings: RecorderSettings): Promise<void> {
  server.listen(settings.port, settings.host);
  await once(server, "listening");
  const { address, port } = server.address() as AddressInfo;
  const { database, project } = settings;
  const stored = `database ${database.database} at ${database.host}:${database.port}, schema goat_recorder`;
  say(`${recorderService} ${recorderVersion} listens on ${address}:${port}, project ${project.id}, ${stored}`);
}

/**
 * The page's files, which lie beside this program. Empty where they cannot be read: the recorder then runs without its
 * page.
 */
function pageFiles(): ReadonlyMap<string, PageFile> {
  try {
    return readPageFiles(fileURLToPath(new URL("../web", import.meta.url)));
  } catch (error) {
    say(`without its page: ${messageOf(error)}`);
    return new Map();
  }
}

async function close(server: Server, store: Store): Promise<void> {
  server.close();
  server.closeAllConnections();
  await store.close();
}

async function run(signal: AbortSignal): Promise<void> {
  const read = readSettings(process.env);
  if (!read.ok) return fail(read.problems.join("; "));
  const { settings } = read;
  await waitForDatabase(settings.database, signal);
  const store = await openPostgresStore(await openPool(settings.database, poolSize), settings.project.id);
  const { project, keys, login } = settings;
  const page = { files: pageFiles(), login, clock: systemClock };
  const told = (level: "debug" | "error", line: string): void => {
    if (level === "error" || settings.debug) say(`${level} ${line}`);
  };
  const server = createRecorder({ store, project, keys, now: systemClock.date }, told, page);
  await listen(server, settings);
  if (!signal.aborted) await once(signal, "abort");
  await close(server, store);
}
