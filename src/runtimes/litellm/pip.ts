import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pythonOf } from "./installation.ts";
import { readPip } from "./progress.ts";
import type { Python } from "./python.ts";
import { needTool, runTool, type Work } from "./tool.ts";

/** Throws runtime-unavailable, disk-full. */
export async function installWithPip(work: Work, python: Python): Promise<void> {
  const { place, title } = work;
  const own = pythonOf(place.venv);
  work.io.progress({ text: `${title}: making a virtual environment` });
  await needTool(work, [python.base, "-m", "venv", place.venv]);
  await needTool(
    work,
    [
      ...[own, "-m", "pip", "install", "--require-hashes", "--only-binary", ":all:", "--no-compile"],
      ...["--progress-bar", "off", "-r", place.lock],
    ],
    { read: readPip(title, countPackages(place.lock)) },
  );
  work.io.progress({ text: `${title}: compiling` });
  // Some packages hold templates that are no Python: what cannot be compiled is nothing that runs.
  await runTool(work, [own, "-m", "compileall", "-q", "-j", "0", join(place.venv, "lib")]);
}

function countPackages(lock: string): number {
  return readFileSync(lock, "utf8").match(/^[A-Za-z0-9]\S*==/gm)?.length ?? 0;
}
