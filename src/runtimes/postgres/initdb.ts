import { appendFile, chmod, chown, lstat, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Machine } from "../../engine/processes/runtime.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { run } from "../../platform/process.ts";
import { complaints, diskFull, neededBytes, needSpace, saysDiskFull } from "../disk.ts";
import { type FirstRun, runFirst } from "./first-run.ts";
import { endLeftovers } from "./leftovers.ts";
import { programIn } from "./package.ts";

/**
 * Sets up an empty data folder beside it and moves it into place when it is whole, so that an interrupted set-up is begun
 * anew. Throws service-exited, disk-full.
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

/** What an interrupted set-up left, with whatever still works in it. */
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
  // As the image does: who may reach the port at all is decided by the address that it listens on.
  await appendFile(join(making.data, "pg_hba.conf"), "\nhost all all all scram-sha-256\n");
  await runFirst(making, signal);
  // Everything until here was written without waiting for the disk: nothing counts before it is in place.
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
    // Else it looks through every time zone file for this machine's.
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
