import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Machine } from "../../src/engine/processes/runtime.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { acquireLock } from "../../src/platform/lock.ts";
import { installLitellm } from "../../src/runtimes/litellm/install.ts";
import { placeOf, pythonOf } from "../../src/runtimes/litellm/installation.ts";

const runFile = promisify(execFile);
const installMs = 600_000;

/** Modal's SDK by its hashed lock, known by the lock's content. Gives its Python. */
export const modalPython = async (cache: string): Promise<string> => {
  const lock = join(import.meta.dirname, "modal.lock");
  const folder = join(cache, `modal-${createHash("sha256").update(readFileSync(lock)).digest("hex").slice(0, 12)}`);
  const [marker, python] = [join(folder, "installed"), join(folder, "bin", "python")];
  const signal = AbortSignal.timeout(installMs);
  const release = await acquireLock({
    path: folder,
    pid: process.pid,
    command: "tests",
    clock: systemClock,
    signal,
    onWait: () => {},
  });
  try {
    if (existsSync(marker)) return python;
    rmSync(folder, { recursive: true, force: true });
    await runFile("python3", ["-m", "venv", folder], { signal });
    const pip = ["-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", lock];
    await runFile(python, pip, { signal });
    writeFileSync(marker, "");
    return python;
  } finally {
    await release();
  }
};

/** The LiteLLM of the embedded engine, which its tests install in the same place. Gives its Python. */
export const litellmPython = async (cache: string, packageRoot: string): Promise<string> => {
  const machine: Machine = {
    cache: join(cache, "goat-dev"),
    packageRoot,
    nodePath: process.execPath,
    version: "0.0.0",
    env: process.env,
    home: homedir(),
    platform: process.platform,
    arch: process.arch,
    pid: process.pid,
    uid: process.getuid?.() ?? -1,
  };
  const place = placeOf(machine);
  await installLitellm({ machine, place }, { signal: AbortSignal.timeout(installMs), progress: () => {} });
  return pythonOf(place.venv);
};
