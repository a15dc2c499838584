import { mkdir, readFile, symlink } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize, relative } from "node:path";
import type { Machine } from "../../engine/processes/runtime.ts";
import { systemCode } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { type RunResult, run } from "../../platform/process.ts";
import { diskFull, saysDiskFull } from "../disk.ts";
import { packageSize, postgresVersion, programIn } from "./package.ts";

interface Link {
  readonly source: string;
  readonly target: string;
}

/** The links that an npm package cannot hold, from the list that comes with it. Throws where the list is of another form. */
export function readLinks(text: string): readonly Link[] {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) throw new Error("pg-symlinks.json is no list");
  return list.map((entry: unknown) => {
    if (typeof entry !== "object" || entry === null || !("source" in entry) || !("target" in entry)) {
      throw new Error("pg-symlinks.json holds something else than links");
    }
    const { source, target } = entry;
    if (typeof source !== "string" || typeof target !== "string" || !isInside(source) || !isInside(target)) {
      throw new Error("pg-symlinks.json links out of its package");
    }
    return { source, target };
  });
}

function isInside(path: string): boolean {
  return !isAbsolute(path) && !normalize(path).startsWith("..");
}

/** Unpacks into `<folder>/package` and makes it whole. Throws runtime-unavailable, disk-full. */
export async function unpackPackage(
  machine: Machine,
  tarball: string,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const env = { PATH: machine.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C" };
  const ran = async (what: string, command: string, args: readonly string[]): Promise<void> => {
    const result = await run(command, args, { cwd: folder, env, signal });
    if (result.exitCode !== 0) throw failed(what, result, folder);
  };
  await ran("tar cannot unpack it", "tar", ["-xzf", tarball, "-C", folder, "--no-same-owner"]);
  const made = join(folder, "package");
  // Whatever the user's umask, others (nobody in root's place) must be able to read and run it.
  if (machine.uid === 0) await ran("its modes cannot be set", "chmod", ["-R", "a+rX,go-w", made]);
  await ran("its modes cannot be set", "chmod", ["a+x", programIn(made, "initdb"), programIn(made, "postgres")]);
  await makeLinks(made);
  await mustRun(made, signal);
}

function failed(what: string, result: RunResult, folder: string): GoatError {
  if (saysDiskFull(result.stderr)) return diskFull(dirname(folder), packageSize.unpackedBytes);
  const lines = result.stderr
    .split("\n")
    .filter((line) => line !== "")
    .slice(-4);
  const ending = result.startError ?? (result.endedBy === null ? `status ${result.exitCode}` : result.endedBy);
  return new GoatError("runtime-unavailable", `Postgres ${postgresVersion}: ${what} (${ending})`, { evidence: lines });
}

async function makeLinks(folder: string): Promise<void> {
  for (const { source, target } of readLinks(await readFile(join(folder, "native", "pg-symlinks.json"), "utf8"))) {
    const at = join(folder, target);
    await mkdir(dirname(at), { recursive: true });
    await symlink(relative(dirname(at), join(folder, source)), at).catch((error: unknown) => {
      if (systemCode(error) !== "EEXIST") throw error;
    });
  }
}

/** Programs that this machine's C library cannot run are found here, not at the first start. */
async function mustRun(folder: string, signal: AbortSignal): Promise<void> {
  const result = await run(programIn(folder, "postgres"), ["--version"], { env: {}, signal });
  if (result.exitCode !== 0) throw failed("its programs do not run on this machine, they need glibc", result, folder);
}
