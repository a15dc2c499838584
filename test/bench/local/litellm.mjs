// LiteLLM's own boot: its command line as installed, on its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile, readlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { answered, ran } from "../measure.mjs";

const graceMs = 10_000;

/** The running gateway's arguments, environment and folder, without goat-dev's launcher. Linux alone tells them. */
export async function litellmOf({ goatDev, folder, environment }, signal) {
  const { stdout } = await ran(goatDev("status", "--json"), { folder, environment, signal });
  const pid = JSON.parse(stdout).services.find(({ role }) => role === "gateway")?.pid;
  const [python, launcher, ...args] = await words(`/proc/${pid}/cmdline`);
  if (!launcher?.endsWith("launch.py")) throw new Error(`process ${pid} is not goat-dev's launcher`);
  // Its database is down while it runs alone.
  const left = /^(?:GOAT_DEV_|PRISMA_|DATABASE_URL=|STORE_MODEL_IN_DB=)/;
  const variables = (await words(`/proc/${pid}/environ`)).filter((line) => !left.test(line));
  return {
    command: join(dirname(python), "litellm"),
    args,
    env: Object.fromEntries(
      variables.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    ),
    cwd: await readlink(`/proc/${pid}/cwd`),
  };
}

/** Milliseconds until it answers 200; it has ended when this returns. */
export async function bootOf({ command, args, env, cwd }, { folder, services, signal }) {
  const log = join(folder, "litellm-alone.log");
  const file = openSync(log, "w");
  const begin = performance.now();
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", file, file] });
  closeSync(file);
  const stop = new AbortController();
  const pass = () => stop.abort(signal.reason);
  signal.addEventListener("abort", pass);
  child.once("error", (error) => stop.abort(error));
  child.once("exit", () => stop.abort(new Error("litellm ended before it was ready")));
  try {
    await answered(services[0], stop.signal);
    return performance.now() - begin;
  } catch (error) {
    signal.throwIfAborted();
    const tail = (await readFile(log, "utf8")).trimEnd().split("\n").slice(-20).join("\n");
    throw new Error(`${error.message}\n${tail}`);
  } finally {
    signal.removeEventListener("abort", pass);
    await end(child);
  }
}

async function end(child) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  process.kill(-child.pid, "SIGTERM");
  const limit = setTimeout(() => process.kill(-child.pid, "SIGKILL"), graceMs);
  await gone;
  clearTimeout(limit);
}

const words = async (path) => (await readFile(path, "utf8")).split("\0").filter((word) => word !== "");
