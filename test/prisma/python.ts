import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { systemClock } from "../../src/platform/clock.ts";
import { acquireLock } from "../../src/platform/lock.ts";
import { litellmPython } from "../modal/venvs.ts";

const runFile = promisify(execFile);
const root = join(import.meta.dirname, "..", "..");
const shipped = ["litellm.lock", "prisma.lock", "prisma-client.json.gz", "prisma_client.py"];
const installMs = 600_000;

/** LiteLLM with Prisma's Python client, known by what both are made of. Gives its Python. */
export const prismaPython = async (cache: string): Promise<string> => {
  const folder = join(cache, `prisma-${contentHash()}`);
  const signal = AbortSignal.timeout(installMs);
  const litellm = await litellmPython(cache, root);
  const onWait = (): void => {};
  const release = await acquireLock({
    path: folder,
    pid: process.pid,
    command: "tests",
    clock: systemClock,
    signal,
    onWait,
  });
  try {
    if (!existsSync(join(folder, "whole"))) await make(folder, litellm, signal);
    return join(folder, "bin", "python");
  } finally {
    await release();
  }
};

const contentHash = (): string => {
  const hash = createHash("sha256");
  for (const name of shipped) hash.update(readFileSync(join(root, "python", name)));
  return hash.digest("hex").slice(0, 12);
};

/** A copy whose files are the same ones until they are written anew: nothing of LiteLLM's is. */
const make = async (folder: string, litellm: string, signal: AbortSignal): Promise<void> => {
  const half = `${folder}.half`;
  for (const path of [half, folder]) await rm(path, { recursive: true, force: true });
  await runFile("cp", ["-al", dirname(dirname(litellm)), half], { signal });
  const python = join(half, "bin", "python");
  const lock = join(root, "python", "prisma.lock");
  const pip = ["--quiet", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", lock];
  await runFile("python3", ["-m", "pip", "--python", python, "install", ...pip], { signal });
  await rename(half, folder);
  await runFile(join(folder, "bin", "python"), [join(root, "python", "prisma_client.py")], { signal });
  await writeFile(join(folder, "whole"), "");
};
