import { mkdir, mkdtemp, open, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { LocalDatabase } from "../../engine/engine.ts";
import type { Machine, ServiceControl } from "../../engine/processes/runtime.ts";
import { systemCode } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { unwritable } from "../../platform/files.ts";
import { run } from "../../platform/process.ts";
import { diskFull, neededBytes, saysDiskFull } from "../disk.ts";
import { endLeftovers } from "./leftovers.ts";
import { postgresHome, postgresMajor, programIn } from "./package.ts";
import { dataFolder } from "./place.ts";
import { serverUser } from "./server-user.ts";

/**
 * What psql and pg_dumpall do where Postgres runs from an image: here it is done on the data folder, while the server
 * is stopped.
 */
export function localDatabase(machine: Machine, control: ServiceControl): LocalDatabase {
  const whileStopped = async <T>(
    container: string,
    signal: AbortSignal,
    work: (place: { readonly service: string; readonly data: string }) => Promise<T>,
  ): Promise<T> => {
    const local = control.local(container);
    const data = dataFolder(local);
    mustBeMade(local.service, data, await stat(`${data}/PG_VERSION`).catch(() => undefined));
    const wasRunning = await control.isRunning(container);
    if (wasRunning) await control.stop(container, signal);
    try {
      await endLeftovers(machine, data, signal);
      return await work({ service: local.service, data });
    } finally {
      // With a signal of its own: a server that was running is started again even after Ctrl-C.
      if (wasRunning) await control.start(container, new AbortController().signal);
    }
  };
  return {
    setPassword: (container, login, signal) =>
      whileStopped(container, signal, (place) => alterPassword(machine, place, login, signal)),
    save: (container, file, signal) =>
      whileStopped(container, signal, ({ data }) => writeTar(machine, data, file, signal)),
    restore: (container, file, signal) =>
      whileStopped(container, signal, ({ data }) => readTar(machine, data, file, signal)),
  };
}

function mustBeMade(service: string, data: string, version: unknown): void {
  if (version !== undefined) return;
  throw new GoatError("engine-refused", `${service} has no data in ${data} yet`, {
    service,
    fixes: [{ command: "goat-dev up", effect: "makes it, with the password of .env" }],
  });
}

/**
 * Sets the password in single-user mode, in which Postgres asks for none. Statements are not logged, because the log
 * would show the new password.
 */
async function alterPassword(
  machine: Machine,
  { service, data }: { readonly service: string; readonly data: string },
  login: { readonly user: string; readonly password: string },
  signal: AbortSignal,
): Promise<void> {
  const user = serverUser(machine);
  const quiet = ["log_statement=none", "log_min_error_statement=panic", "log_min_duration_statement=-1"];
  const settings = [...quiet, "logging_collector=off"].flatMap((setting) => ["-c", setting]);
  const result = await run(
    programIn(postgresHome(machine), "postgres"),
    ["--single", "-D", data, ...settings, "postgres"],
    {
      env: { LC_ALL: "C" },
      cwd: dirname(data),
      input: `alter user ${quoteName(login.user)} password ${quoteText(login.password)}\n`,
      signal,
      ...(user && { user }),
    },
  );
  // Single-user mode exits with 0 even where the statement failed.
  const complaint = result.stderr.split("\n").find((line) => /\b(?:ERROR|FATAL|PANIC): /.test(line));
  if (result.exitCode === 0 && complaint === undefined) return;
  const words = complaint?.replace(/^.*?(?:ERROR|FATAL|PANIC): +/, "") ?? `postgres ended with ${result.exitCode}`;
  throw new GoatError("engine-refused", `${service}: the password was not set: ${words}`, { service });
}

async function writeTar(machine: Machine, data: string, file: string, signal: AbortSignal): Promise<number> {
  try {
    await (await open(file, "wx", 0o600)).close();
    const result = await run("tar", ["-czf", file, "-C", dirname(data), "--exclude=postmaster.pid", basename(data)], {
      env: toolEnvironment(machine),
      signal,
    });
    const { size } = await stat(file);
    if (result.exitCode === 0) return size;
    if (saysDiskFull(result.stderr)) throw diskFull(dirname(file), neededBytes);
    throw new GoatError(
      "file-unwritable",
      `the data could not be saved to ${file}: tar ended with ${result.exitCode}`,
      {
        evidence: result.stderr.split("\n").filter(Boolean).slice(-4),
      },
    );
  } catch (error) {
    if (systemCode(error) !== "EEXIST") await rm(file, { force: true });
    if (signal.aborted || error instanceof GoatError) throw error;
    throw systemCode(error) === "ENOSPC" ? diskFull(dirname(file), neededBytes) : unwritable(file, error);
  }
}

/**
 * Unpacks beside the data folder, and swaps the two only once the copy is complete; until then the old data stays in
 * place.
 */
async function readTar(machine: Machine, data: string, file: string, signal: AbortSignal): Promise<void> {
  const beside = await mkdtemp(join(dirname(data), ".restore-"));
  const [fresh, old] = [join(beside, "data"), join(beside, "old")];
  try {
    await mkdir(fresh, { mode: 0o700 });
    await runTool(machine, ["tar", "-xzf", file, "-C", fresh, "--strip-components=1"], file, signal);
    await needOwnMajor(fresh, file);
    const user = serverUser(machine);
    if (user !== undefined) await runTool(machine, ["chown", "-R", `${user.uid}:${user.gid}`, fresh], file, signal);
    await rename(data, old);
    await rename(fresh, data).catch(async (error: unknown) => {
      await rename(old, data);
      throw unwritable(data, error);
    });
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

async function runTool(machine: Machine, command: readonly string[], file: string, signal: AbortSignal): Promise<void> {
  const [program = "", ...args] = command;
  const result = await run(program, args, { env: toolEnvironment(machine), signal });
  if (result.exitCode === 0) return;
  if (saysDiskFull(result.stderr)) throw diskFull(dirname(file), neededBytes);
  throw new GoatError("snapshot-unreadable", `${file} cannot be put back: ${program} ended with ${result.exitCode}`, {
    evidence: result.stderr.split("\n").filter(Boolean).slice(-4),
  });
}

async function needOwnMajor(data: string, file: string): Promise<void> {
  const major = await readFile(join(data, "PG_VERSION"), "utf8").catch(() => "");
  if (major.trim() === postgresMajor) return;
  const what = major === "" ? "no data of Postgres" : `data of Postgres ${major.trim()}, not ${postgresMajor}`;
  throw new GoatError("snapshot-unreadable", `${file} holds ${what}`);
}

function toolEnvironment(machine: Machine): Readonly<Record<string, string>> {
  return { PATH: machine.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C" };
}

/** Quotes a value for SQL without line breaks, because single-user mode takes each line for a statement. */
export function quoteText(text: string): string {
  return `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''").replaceAll("\n", "\\n").replaceAll("\r", "\\r")}'`;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
