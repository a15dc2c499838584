import { mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pythonOf } from "./installation.ts";
import { uvSettings } from "./pip-settings.ts";
import { readUv } from "./progress.ts";
import { isNewEnough, type Python } from "./python.ts";
import { needTool, runTool, type Work } from "./tool.ts";

export interface Uv {
  readonly command: string;
  /** Brought by goat-dev, so its downloads are goat-dev's to keep and to remove. */
  readonly isOwn: boolean;
}

/** The user's, else goat-dev's own, else null: where pip has to do. */
export async function findUv(work: Work, pythons: readonly Python[]): Promise<Uv | null> {
  if (await answers(work, "uv")) return { command: "uv", isOwn: false };
  const own = { command: join(work.place.uvFolder, "bin", "uv"), isOwn: true };
  if (await answers(work, own.command)) return own;
  const python = pythons.find(({ pip }) => pip);
  if (python === undefined) return null;
  try {
    await bring(work, python);
    return (await answers(work, own.command)) ? own : null;
  } catch (error) {
    if (work.io.signal.aborted) throw error;
    // pip alone can do it; what stands in its way too, it will say.
    return null;
  }
}

async function answers(work: Work, command: string): Promise<boolean> {
  const { exitCode, stdout } = await runTool(work, [command, "--version"]);
  return exitCode === 0 && /^uv \d/.test(stdout);
}

/** Its one program can be moved, so it is made aside. */
async function bring(work: Work, python: Python): Promise<void> {
  const { place, machine } = work;
  work.io.progress({ text: `${work.title}: fetching uv, which installs it` });
  const aside = await mkdtemp(join(machine.cache, ".uv-"));
  try {
    await needTool(work, [
      ...[python.command, "-m", "pip", "install", "--require-hashes", "--only-binary", ":all:", "--no-compile"],
      ...["--quiet", "--progress-bar", "off", "--target", aside, "-r", place.uvLock],
    ]);
    await rm(place.uvFolder, { recursive: true, force: true });
    await rename(aside, place.uvFolder);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Throws runtime-unavailable, disk-full. */
export async function installWithUv(
  work: Work,
  uv: Uv,
  { pythons, isManaged }: { readonly pythons: readonly Python[]; readonly isManaged: boolean },
): Promise<void> {
  const { place, machine, title } = work;
  const { env: translated, args } = uvSettings(await pipConfig(work, pythons), machine.env);
  const downloads = join(machine.cache, "downloads");
  const env = { ...translated, ...(uv.isOwn ? { UV_CACHE_DIR: downloads } : {}) };
  await needTool(work, [uv.command, "venv", "--no-project", ...pythonArgs(pythons, isManaged), place.venv], { env });
  await needTool(
    work,
    [
      ...[uv.command, "pip", "install", "--python", pythonOf(place.venv), "--require-hashes", "--no-build"],
      ...["--compile-bytecode", ...args, "-r", place.lock],
    ],
    { env, read: readUv(title) },
  );
  if (uv.isOwn) await rm(downloads, { recursive: true, force: true });
}

async function pipConfig(work: Work, pythons: readonly Python[]): Promise<string> {
  const python = pythons.find(({ pip }) => pip);
  if (python === undefined) return "";
  const { exitCode, stdout } = await runTool(work, [python.command, "-m", "pip", "config", "list"]);
  return exitCode === 0 ? stdout : "";
}

/** uv itself brings a Python where it is asked to. */
function pythonArgs(pythons: readonly Python[], isManaged: boolean): readonly string[] {
  const python = pythons.find(isNewEnough);
  if (isManaged) return ["--managed-python", "--python", "3.12"];
  return ["--no-python-downloads", "--python", python?.base ?? "3"];
}
