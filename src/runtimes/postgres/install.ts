import { access, chmod, constants, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { ApplyIo } from "../../engine/engine.ts";
import type { Machine } from "../../engine/processes/runtime.ts";
import { systemCode } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { formatBytes } from "../../platform/format.ts";
import { readTextIfThere } from "../../platform/text-file.ts";
import { cacheUnwritable, diskFull, needSpace } from "../disk.ts";
import { fetchPackage, unpackPackage } from "./fetch.ts";
import { type PostgresPackage, packageSize, postgresVersion, programIn } from "./package.ts";

export interface InstallRequest {
  readonly machine: Machine;
  readonly package: PostgresPackage;
  readonly home: string;
}

/**
 * Installs Postgres unless it is there; two processes may do so at the same time. Throws runtime-unavailable,
 * disk-full, file-unwritable.
 */
export async function installPostgres(request: InstallRequest, io: ApplyIo): Promise<void> {
  const { home, machine } = request;
  const parent = dirname(home);
  try {
    if ((await installedIn(home)) !== null) return;
    await mkdir(parent, { recursive: true, mode: machine.uid === 0 ? 0o755 : 0o700 });
    await removeAbandoned(home);
    await needSpace(parent, packageSize.packedBytes + packageSize.unpackedBytes);
    const [packed, unpacked] = [formatBytes(packageSize.packedBytes), formatBytes(packageSize.unpackedBytes)];
    io.progress({
      says: "cost",
      text: `postgres ${postgresVersion} is installed once: ${packed} from npm, ${unpacked} in ${parent}`,
    });
    const temporary = await mkdtemp(join(parent, temporaryPrefix(home)));
    try {
      await chmod(temporary, 0o700);
      await build(request, temporary, io);
    } finally {
      await rm(temporary, { recursive: true, force: true, maxRetries: 3 });
    }
  } catch (error) {
    throw translate(error, home, io.signal);
  }
}

const abandonedAfterMs = 3_600_000;

/** Removes what killed installs left behind: folders older than an hour, which no running install has. */
async function removeAbandoned(home: string): Promise<void> {
  const parent = dirname(home);
  const names = (await readdir(parent)).filter((name) => name.startsWith(temporaryPrefix(home)));
  for (const name of names) {
    const found = await stat(join(parent, name)).catch(() => undefined);
    if (found === undefined || Date.now() - found.mtimeMs < abandonedAfterMs) continue;
    await rm(join(parent, name), { recursive: true, force: true });
  }
}

function temporaryPrefix(home: string): string {
  return `.${basename(home)}.`;
}

async function build(request: InstallRequest, temporary: string, io: ApplyIo): Promise<void> {
  const made = join(temporary, "package");
  const tarball = await fetchPackage(request, temporary, io.signal);
  io.progress({ text: `postgres ${postgresVersion}: unpacking` });
  await unpackPackage(request.machine, tarball, temporary, io.signal);
  await writeFile(markerIn(made), `${request.package.integrity}\n`, { mode: 0o644 });
  await moveIntoPlace(made, request.home, temporary);
}

/**
 * The marker file, written last: a folder without it is incomplete. It holds the integrity hash of what was unpacked.
 */
function markerIn(home: string): string {
  return join(home, "goat-dev-installed");
}

/**
 * Moves the new folder to `home`. Where another process has put a complete one there, that one stays; an incomplete one
 * is moved aside.
 */
async function moveIntoPlace(made: string, home: string, aside: string): Promise<void> {
  for (let tries = 0; tries < 3; tries += 1) {
    try {
      return await rename(made, home);
    } catch (error) {
      if (!["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(systemCode(error) ?? "")) throw error;
    }
    if ((await installedIn(home)) !== null) return;
    await rename(home, join(aside, `broken-${tries}`)).catch(() => undefined);
  }
}

function translate(error: unknown, home: string, signal: AbortSignal): unknown {
  if (signal.aborted || error instanceof GoatError) return error;
  if (systemCode(error) === "ENOSPC") return diskFull(dirname(home), packageSize.unpackedBytes);
  return systemCode(error) === undefined ? error : cacheUnwritable(home, error);
}

/** The integrity hash of a complete installation; null where there is none. */
export async function installedIn(home: string): Promise<string | null> {
  const marker = readTextIfThere(markerIn(home))?.trim();
  if (marker === undefined || marker === "") return null;
  try {
    await Promise.all([
      access(programIn(home, "initdb"), constants.X_OK),
      access(programIn(home, "postgres"), constants.X_OK),
    ]);
    return marker;
  } catch {
    return null;
  }
}
