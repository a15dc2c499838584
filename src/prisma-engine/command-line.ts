import { messageOf } from "../errors/describe.ts";
import type { Clock } from "../platform/clock.ts";
import { type Client, connect, readAddress } from "./connections.ts";
import { failureOf } from "./failures.ts";
import { deploy, lockMigrations, MigrateError, resolveApplied, resolveRolledBack, status } from "./migrate.ts";
import { migrationsFolder, readMigration, readMigrations } from "./migrations-folder.ts";
import { untilThere } from "./waiting.ts";

export interface CommandLine {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly databaseUrl: string | undefined;
  readonly processors: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long a database may be away before that is a failure. */
  readonly waitMs: number;
  out(line: string): void;
  err(line: string): void;
}

type Work = (client: Client) => Promise<boolean>;

const version =
  "prisma                  : 5.17.0 (stand-in of goat-dev: migrate deploy, migrate resolve, migrate status)";

/** Stands for Prisma's command line where LiteLLM calls it. Gives its exit status. */
export async function runCommandLine(line: CommandLine): Promise<number> {
  if (line.args[0] === "--version" || line.args[0] === "-v") {
    line.out(version);
    return 0;
  }
  const work = workOf(line);
  if (work === null) {
    line.err(`This stand-in for Prisma's command line does not know: prisma ${known(line.args)}`);
    return 1;
  }
  try {
    return (await withDatabase(line, work)) ? 0 : 1;
  } catch (error) {
    line.err(messageOf(error));
    return 1;
  }
}

/** Leaves out whatever may be a database's URL. */
function known(args: readonly string[]): string {
  return args.map((arg) => (arg.includes("://") ? "…" : arg)).join(" ");
}

function workOf(line: CommandLine): Work | null {
  const { args, cwd, out } = line;
  const folder = migrationsFolder(args, cwd);
  const [group, command] = args;
  if (group !== "migrate") return null;
  if (command === "status") return (client) => status(client, readMigrations(folder), out);
  if (command === "deploy") {
    return locked((client) => deploy(client, readMigrations(folder), out));
  }
  const [option, name] = [args[2], args[3]];
  if (command !== "resolve" || name === undefined) return null;
  if (option === "--rolled-back") return locked((client) => resolveRolledBack(client, name));
  if (option !== "--applied") return null;
  return locked(async (client) => {
    const migration = readMigration(folder, name);
    if (migration === undefined) throw new MigrateError("P3017", `The migration ${name} could not be found.`);
    await resolveApplied(client, migration);
  });
}

function locked(work: (client: Client) => Promise<void>): Work {
  return async (client) => {
    await lockMigrations(client);
    await work(client);
    return true;
  };
}

async function withDatabase(line: CommandLine, work: Work): Promise<boolean> {
  if (!line.databaseUrl) throw new MigrateError("P1012", "Environment variable not found: DATABASE_URL.");
  const address = readAddress(line.databaseUrl, line.processors);
  const wait = { clock: line.clock, signal: line.signal, limitMs: line.waitMs };
  const fail = (error: unknown): never => {
    if (error instanceof MigrateError) throw error;
    const { code, message } = failureOf(error, address);
    throw code === undefined ? new Error(`Error: ${message}`) : new MigrateError(code, message);
  };
  const client = await untilThere(() => connect(address), wait).catch(fail);
  try {
    return await work(client).catch(fail);
  } finally {
    await client.end().catch(() => {});
  }
}
