import { readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ApplyIo } from "../../engine/engine.ts";
import type { Machine } from "../../engine/processes/runtime.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { systemClock } from "../../platform/clock.ts";
import { formatBytes } from "../../platform/format.ts";
import { acquireLock } from "../../platform/lock.ts";
import { cacheUnwritable, needSpace } from "../disk.ts";
import { type Installer, isInstalled, type Place, pythonOf, writeMarker } from "./installation.ts";
import { findPythons, isNewEnough, type Python, pythonMissing } from "./python.ts";
import { needTool, readPip, runTool, type Work } from "./tool.ts";
import { findUv, installWithUv } from "./uv.ts";

interface InstallRequest {
  readonly machine: Machine;
  readonly place: Place;
}

/** The size of an installation, measured on Linux; downloads take more space meanwhile. */
const installedBytes = 690 * 1024 * 1024;

const neededBytes = installedBytes + 120 * 1024 * 1024;

/**
 * Installs LiteLLM, one process at a time on this machine: a second one waits, and then finds it installed. Throws
 * runtime-unavailable, disk-full, file-unwritable.
 */
export async function installLitellm({ machine, place }: InstallRequest, io: ApplyIo): Promise<void> {
  const title = `litellm ${place.version}`;
  await makeCache(machine.cache);
  const release = await acquireLock({
    path: place.folder,
    pid: machine.pid,
    command: "goat-dev",
    clock: systemClock,
    signal: io.signal,
    onWait: ({ pid }) => io.progress({ text: `${title}: waiting for pid ${pid}, which installs it` }),
  });
  try {
    if (isInstalled(place)) return;
    const work: Work = { machine, place, io, title, neededBytes };
    await remove(place.folder);
    await needSpace(machine.cache, neededBytes);
    announce(work);
    await build(work);
  } catch (error) {
    // The disk may be full because of this folder; downloads are kept elsewhere.
    if (!io.signal.aborted) await remove(place.folder).catch(() => undefined);
    throw io.signal.aborted || error instanceof GoatError ? error : cacheUnwritable(place.folder, error);
  } finally {
    await release();
  }
}

async function makeCache(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 });
  } catch (error) {
    throw cacheUnwritable(folder, error);
  }
}

function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

function announce({ machine, io, title }: Work): void {
  io.progress({
    says: "cost",
    text: `${title} is installed once: about ${formatBytes(installedBytes)} in ${machine.cache}`,
  });
}

/** A virtual environment cannot be moved: it is made where it stays, and counts once its marker is there. */
async function build(work: Work): Promise<void> {
  const { place } = work;
  await mkdir(place.folder, { recursive: true, mode: 0o755 });
  const made = await installPackages(work);
  work.io.progress({ text: `${work.title}: making the client of its database` });
  await needTool(work, [pythonOf(place.venv), place.client]);
  const proof = `import importlib.metadata as m; assert m.version("litellm") == "${place.version}"`;
  await needTool(work, [pythonOf(place.venv), "-c", proof]);
  await writeMarker(place, made);
}

/** Throws runtime-unavailable where neither uv nor a Python with pip can do it. */
async function installPackages(work: Work): Promise<{ readonly installer: Installer; readonly python: string }> {
  const { machine, io } = work;
  const pythons = await findPythons(machine, io.signal);
  const isManaged = machine.env["GOAT_DEV_PYTHON"] === "managed";
  const usable: Python | undefined = pythons.find(isNewEnough);
  if (usable === undefined && !isManaged) throw pythonMissing(machine, pythons);
  const uv = await findUv(work, pythons);
  if (uv !== null) {
    await installWithUv(work, uv, { pythons, isManaged });
    return { installer: "uv", python: usable?.version.join(".") ?? "managed" };
  }
  const withVenv = pythons.find((python) => isNewEnough(python) && python.venv);
  if (withVenv === undefined || isManaged) throw pythonMissing(machine, pythons);
  await installWithPip(work, withVenv);
  return { installer: "pip", python: withVenv.version.join(".") };
}

/** Installs LiteLLM with pip. Throws runtime-unavailable, disk-full. */
async function installWithPip(work: Work, python: Python): Promise<void> {
  const { place, title } = work;
  const own = pythonOf(place.venv);
  work.io.progress({ text: `${title}: making a virtual environment` });
  await needTool(work, [python.base, "-m", "venv", place.venv]);
  await needTool(
    work,
    [
      ...[own, "-m", "pip", "install", "--require-hashes", "--only-binary", ":all:", "--no-compile"],
      ...["--progress-bar", "off", ...place.locks.flatMap((lock) => ["-r", lock])],
    ],
    { read: readPip(title, countPackages(place.locks)) },
  );
  work.io.progress({ text: `${title}: compiling` });
  // Errors are ignored: some packages contain templates that are no valid Python and are never run.
  await runTool(work, [own, "-m", "compileall", "-q", "-j", "0", join(place.venv, "lib")]);
}

/** A package that both locks name counts once. */
function countPackages(locks: readonly string[]): number {
  const names = locks.flatMap((lock) => readFileSync(lock, "utf8").match(/^[A-Za-z0-9]\S*==/gm) ?? []);
  return new Set(names).size;
}
