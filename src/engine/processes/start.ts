import { existsSync } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, systemCode } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import type { PortSpec } from "../../model/stack.ts";
import { type Detached, spawnDetached } from "../../platform/detached.ts";
import { unwritable } from "../../platform/files.ts";
import { isFree } from "../../platform/ports.ts";
import { resumeFamily } from "../../platform/process-identity.ts";
import { announce, ensureStore, type Host, needIn, noteEnd, runKey, running, runs } from "./host.ts";
import { passedOn, toLocalService } from "./local-service.ts";
import { logFolder, type ProjectStore, volumeFolder } from "./project-store.ts";
import { type Container, readRecords, writeRecord } from "./records.ts";
import type { Launch } from "./runtime.ts";
import { endFamily } from "./stop.ts";

/** A larger console.log is renamed to console.old.log at the next start. */
const logLimitBytes = 8 * 1024 * 1024;

/** Starts or resumes a container's process; the reason of a failed start is kept in its record, and thrown. */
export async function startContainer(host: Host, container: string, signal: AbortSignal): Promise<void> {
  const { store, found } = needIn(host, container);
  if (found.record.process !== null && (await runs(found))) return resumeFamily(found.record.process);
  try {
    await launchNow(host, store, found, signal);
  } catch (error) {
    if (error instanceof GoatError) await keepError(host, store, found, error.message).catch(() => undefined);
    throw error;
  }
}

async function launchNow(host: Host, store: ProjectStore, found: Container, signal: AbortSignal): Promise<void> {
  const { name, record } = found;
  const runtime = host.runtimes.find((one) => one.name === record.recipe);
  if (runtime === undefined)
    throw new GoatError("engine-refused", `${name} was made by ${record.recipe}, which this goat-dev does not know`);
  // What the last run left behind would hold its ports and files.
  if (record.process !== null) await endFamily(host, record.process, signal);
  await needUnheld(store, found);
  await needFree(found);
  await ensureStore(host);
  await makeFolders(store, found);
  const local = toLocalService(found, store);
  await runtime.prepare?.(local, signal);
  await host.serially(async () => {
    signal.throwIfAborted();
    // Read again: it may have been started or renamed meanwhile.
    const now = needIn(host, record.id).found;
    if (await runs(now)) return;
    await needUnheld(store, now);
    await spawnNoted(host, store, now, runtime.launch(local));
  });
}

/** Throws port-taken where another of this project's containers runs on one of its ports. */
async function needUnheld(store: ProjectStore, { name, record }: Container): Promise<void> {
  for (const other of await running(readRecords(store, "containers"))) {
    const port = record.ports.find((one) => other.record.ports.some((its) => meets(one, its)));
    if (other.record.id === record.id || port?.host == null) continue;
    throw portTaken(name, port.host, `container ${other.name} of ${other.record.stack}`);
  }
}

function meets(a: PortSpec, b: PortSpec): boolean {
  return a.host !== null && a.host === b.host && a.protocol === b.protocol;
}

function portTaken(container: string, port: number, holder: string | null): GoatError {
  return new GoatError(
    "port-taken",
    `${container} cannot start: port ${port} is taken${holder === null ? "" : ` by ${holder}`}`,
    {
      fixes: [{ command: "goat-dev doctor", effect: "says who holds it" }],
    },
  );
}

async function needFree({ name, record }: Container): Promise<void> {
  for (const { hostIp, host, protocol } of record.ports) {
    if (host === null || (await isFree({ host: hostIp, port: host, protocol }))) continue;
    throw portTaken(name, host, null);
  }
}

async function makeFolders(store: ProjectStore, { record }: Container): Promise<void> {
  const log = consoleLog(store, record.id);
  try {
    await mkdir(logFolder(store, record.id), { recursive: true, mode: 0o700 });
    await rotate(log);
    for (const mount of record.mounts) {
      if (mount.kind === "bind") continue;
      const path = volumeFolder(store, mount.name);
      if (mount.fleeting) await rm(path, { recursive: true, force: true });
      await mkdir(path, { recursive: true, mode: 0o700 });
    }
  } catch (error) {
    throw unwritable(log, error);
  }
}

function consoleLog(store: ProjectStore, id: string): string {
  return join(logFolder(store, id), "console.log");
}

async function rotate(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && found.size > logLimitBytes) await rename(path, path.replace(/\.log$/, ".old.log"));
}

/** Starts the process and records its identity; kills it again where the record cannot be written. */
async function spawnNoted(host: Host, store: ProjectStore, found: Container, launch: Launch): Promise<void> {
  const { name, record } = found;
  const startedAt = host.clock.date().toISOString();
  const { identity, pid, ended } = await spawn(host, store, found, launch);
  const unseen = { pid, startTime: "", bootId: null };
  const main = { ...(identity ?? unseen), startedAt, stopSignal: launch.stopSignal };
  const started: Container = { name, record: { ...record, process: main, exitCode: null, startError: null } };
  try {
    await writeRecord(store, "containers", name, started.record);
  } catch (error) {
    await endFamily(host, main, new AbortController().signal);
    throw error;
  }
  announce(host, started, "started");
  const noted = ended
    .then((code) => noteEnd(host, started.record, code))
    .catch(() => undefined)
    .finally(() => {
      host.children.delete(runKey(started.record));
    });
  host.children.set(runKey(started.record), noted);
}

async function spawn(host: Host, store: ProjectStore, found: Container, launch: Launch): Promise<Detached> {
  try {
    return await spawnDetached({
      ...launch,
      environment: { ...passedOn(host.machine.env), ...launch.environment },
      outputFile: consoleLog(store, found.record.id),
    });
  } catch (error) {
    throw cannotRun(found.name, launch, error);
  }
}

function cannotRun(container: string, launch: Launch, error: unknown): GoatError {
  if (error instanceof GoatError) return error;
  return new GoatError("engine-refused", `${container} cannot start: ${whyNot(launch, error)}`, { cause: error });
}

function whyNot({ command, cwd }: Launch, error: unknown): string {
  const code = systemCode(error);
  const [program] = command;
  if (code === "ENOENT") return existsSync(cwd) ? `there is no program ${program}` : `there is no folder ${cwd}`;
  // EACCES also comes where a folder of the PATH may not be searched.
  return code === "EACCES" ? `${program} may not be run` : `${program}: ${code ?? messageOf(error)}`;
}

function keepError(host: Host, store: ProjectStore, { name, record }: Container, startError: string): Promise<void> {
  return host.serially(() => writeRecord(store, "containers", name, { ...record, startError }));
}
