import { chmod, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { LocalService, Machine } from "../../engine/processes/runtime.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { readTextIfThere } from "../../platform/text-file.ts";
import { scriptsIn } from "./init-scripts.ts";
import { initializeData } from "./initdb.ts";
import { endLeftovers } from "./leftovers.ts";
import { postgresHome, postgresMajor, postgresVersion } from "./package.ts";
import { dataFolder } from "./place.ts";
import { giveTo, mustReach, type ServerUser, serverUser } from "./server-user.ts";

const keptLogs = 4;

/**
 * Prepares the log and data folders before each start. Throws service-exited, database-version-mismatch, disk-full,
 * runtime-unavailable.
 */
export async function preparePostgres(machine: Machine, local: LocalService, signal: AbortSignal): Promise<void> {
  const user = serverUser(machine);
  const data = dataFolder(local);
  giveTo(user, local.logFolder);
  mustReach(user, local.logFolder);
  await dropOldLogs(local.logFolder);
  if ((await entriesOf(data)).length === 0) {
    await initializeData(machine, firstRunOf(machine, local, data, user), signal);
    mustReach(user, data);
    return;
  }
  mustReach(user, data);
  mustBeOurs(local.service, data, readTextIfThere(join(data, "PG_VERSION"))?.trim());
  await endLeftovers(machine, data, signal);
  giveTo(user, data);
  // A copied project has the modes of the umask, and Postgres refuses data that others can read.
  await chmod(data, 0o700);
}

/** Removes all but the newest log files. A new one, named by its time, begins at each start and when one is full. */
async function dropOldLogs(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^postgres-.*\.log$/.test(name)).sort();
  for (const name of names.slice(0, -keptLogs)) await rm(join(folder, name), { force: true });
}

function entriesOf(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

function firstRunOf(machine: Machine, local: LocalService, data: string, user: ServerUser | undefined) {
  const { environment } = local;
  const name = environment["POSTGRES_USER"] || "postgres";
  return {
    service: local.service,
    home: postgresHome(machine),
    data,
    user,
    login: { user: name, password: environment["POSTGRES_PASSWORD"] ?? "" },
    database: environment["POSTGRES_DB"] || name,
    scripts: scriptsIn(local.mounts),
  };
}

function mustBeOurs(service: string, data: string, version: string | undefined): void {
  if (version === undefined) {
    throw new GoatError("service-exited", `${service}: ${data} holds files, but no database; they were not touched`, {
      service,
      fixes: [{ command: `ls -la '${data}'`, effect: "shows them; the folder has to be empty or a database's" }],
    });
  }
  if (version === postgresMajor) return;
  throw new GoatError(
    "database-version-mismatch",
    `${service}: ${data} was made by Postgres ${version}, and this is ${postgresVersion}; nothing is lost`,
    {
      service,
      evidence: [`${join(data, "PG_VERSION")} says ${version}`],
      fixes: [
        {
          command: `pg_dumpall, by a Postgres ${version} that runs on this folder`,
          effect: "takes everything out, to be loaded into a new database",
        },
        {
          command: `mv '${data}' '${data}-${version}'`,
          effect: "keeps it aside; the next up makes a new, empty database",
        },
      ],
    },
  );
}
