import { chmodSync, mkdirSync, mkdtempSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LocalDatabase } from "../../src/engine/engine.ts";
import type { LocalService, Machine, ServiceControl } from "../../src/engine/processes/runtime.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { type Detached, spawnDetached } from "../../src/platform/detached.ts";
import { type PostgresOptions, type Queryable, tryLogin, withConnection } from "../../src/platform/postgres.ts";
import { identify, signalProcess } from "../../src/platform/process-identity.ts";
import { localDatabase } from "../../src/runtimes/postgres/local-database.ts";
import { postgresRuntime } from "../../src/runtimes/postgres/runtime.ts";
import { freePorts } from "./ports.ts";

export const limitMs = 60_000;

export const within = (): AbortSignal => AbortSignal.timeout(limitMs);

/** A folder that any user can pass through, on a path that has to be quoted and is longer than a socket's may be. */
export const awkwardFolder = (): { readonly folder: string; readonly remove: () => Promise<void> } => {
  const outer = realpathSync(mkdtempSync(join(tmpdir(), "goat-dev-test-")));
  const folder = join(outer, "the göat's home", `a $HOME ${"long ".repeat(30).trim()}`);
  mkdirSync(folder, { recursive: true });
  for (const at of [outer, join(folder, ".."), folder]) chmodSync(at, 0o711);
  return { folder, remove: () => rm(outer, { recursive: true, force: true }) };
};

/** What the npm that runs the tests tells its children of its own user. */
const withoutNpm = (env: NodeJS.ProcessEnv): Machine["env"] =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.toLowerCase().startsWith("npm_")));

export const machineFor = (home: string): Machine => ({
  cache: join(home, ".cache", "goat-dev"),
  packageRoot: join(import.meta.dirname, "..", ".."),
  nodePath: process.execPath,
  version: "0.0.0",
  env: { ...withoutNpm(process.env), HOME: home },
  home,
  platform: process.platform,
  arch: process.arch,
  uid: process.getuid?.() ?? -1,
  pid: process.pid,
});

export interface LocalPostgres {
  readonly local: LocalService;
  readonly data: string;
  readonly database: LocalDatabase;
  login(password?: string): PostgresOptions;
  prepare(signal?: AbortSignal): Promise<void>;
  /** Prepares, starts, and waits for the first log-in. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** As the kernel would, for want of memory. */
  kill(): Promise<void>;
  query<Row extends object>(sql: string): Promise<readonly Row[]>;
  with<T>(work: (connection: Queryable) => Promise<T>): Promise<T>;
}

const password = 'it\'s "a" $ecret \\ of ours';

/** One server by the runtime, with its data and log below a folder; nothing runs yet. */
export const localPostgres = async (
  machine: Machine,
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<LocalPostgres> => {
  const [port = 0] = await freePorts(1);
  const runtime = postgresRuntime(machine);
  const logFolder = join(folder, "logs");
  const data = join(folder, "volumes", "data");
  mkdirSync(logFolder, { recursive: true });
  mkdirSync(join(folder, "volumes"), { recursive: true });
  for (const at of [folder, join(folder, "volumes")]) chmodSync(at, 0o711);
  const local: LocalService = {
    service: "postgres",
    container: "goat-postgres-1",
    command: [],
    environment: { POSTGRES_USER: "the göat", POSTGRES_PASSWORD: password, POSTGRES_DB: "litellm", ...environment },
    ports: [{ hostIp: "127.0.0.1", host: port, container: 5432, protocol: "tcp" }],
    mounts: [
      { target: "/var/lib/postgresql/data", path: data, kind: "volume" },
      { target: "/docker-entrypoint-initdb.d", path: join(folder, "initdb"), kind: "bind" },
    ],
    workingDir: folder,
    logFolder,
  };
  const user = local.environment["POSTGRES_USER"] ?? "";
  const login = (given = password): PostgresOptions => ({
    host: "127.0.0.1",
    port,
    user,
    password: given,
    database: "litellm",
  });
  let running: Detached | null = null;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = running;
    running = null;
    if (ending?.identity == null) return;
    await signalProcess(ending.identity, signal);
    // An ended child is noticed only by a process that stays awake.
    while ((await identify(ending.pid)) !== null) await systemClock.sleep(10, within());
  };
  const spawn = async (signal: AbortSignal): Promise<void> => {
    await runtime.prepare?.(local, signal);
    running = await spawnDetached({ ...runtime.launch(local), outputFile: join(logFolder, "console.log") });
  };
  const control: ServiceControl = {
    local: () => local,
    isRunning: async () => running !== null,
    start: (_container, signal) => spawn(signal),
    stop: () => end("SIGINT"),
  };
  const server: LocalPostgres = {
    local,
    data,
    database: localDatabase(machine, control),
    login,
    prepare: async (signal = within()) => runtime.prepare?.(local, signal),
    start: async () => {
      await spawn(within());
      await untilAnswer(login());
    },
    stop: () => end("SIGINT"),
    kill: () => end("SIGKILL"),
    query: (sql) => withConnection(login(), within(), (connection) => connection.query(sql)),
    with: (work) => withConnection(login(), within(), work),
  };
  return server;
};

/** Until the server takes or refuses a log-in for good: 57P03 says that it is starting. */
export const untilAnswer = async (options: PostgresOptions): Promise<string> => {
  const signal = within();
  for (;;) {
    const answer = await tryLogin(options, signal);
    if (answer.ok) return "ok";
    if (!["57P03", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT"].includes(answer.code ?? ""))
      return answer.code ?? answer.reason;
    await systemClock.sleep(20, signal);
  }
};
