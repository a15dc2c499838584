import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { inject, onTestFinished } from "vitest";
import { systemClock } from "../../src/platform/clock.ts";
import type { PostgresOptions } from "../../src/platform/postgres.ts";
import { freePorts } from "../support/ports.ts";
import { engineEnvironment, urlOf } from "./environment.ts";
import { extras } from "./migrating.ts";

const { packageRoot } = inject("prisma");

export const program = join(packageRoot, "bin", "query-engine");

export interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly output: Promise<string>;
}

/** The engine as the client starts it. */
export const startEngine = async (
  options: PostgresOptions,
  env: Readonly<Record<string, string>> = {},
): Promise<Running> => {
  const [port = 0] = await freePorts(1);
  const child = spawn(program, ["-p", String(port), "--enable-metrics", "--enable-raw-queries"], {
    env: { ...engineEnvironment(urlOf(options)), PRISMA_DML_PATH: join(extras(), "schema.prisma"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]).then((parts) => parts.join(""));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await output;
  });
  return { child, url: `http://127.0.0.1:${port}`, output };
};

export const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
  for (const signal = AbortSignal.timeout(110_000); ; ) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    await systemClock.sleep(20, signal);
  }
};

export const isReady = ({ url }: Running): Promise<boolean> =>
  until(async () => ((await fetch(`${url}/status`)).ok ? true : undefined));

export const ask = async ({ url }: Running, query: string): Promise<unknown> =>
  (await fetch(url, { method: "POST", body: JSON.stringify({ query, variables: {} }) })).json();

export const one = `mutation { result: queryRaw(query: "SELECT 1 AS a", parameters: "[]") }`;
export const answered = { data: { result: [{ a: { prisma__value: 1 } }] } };

/** A process that starts another one and tells its number. */
export const parentOf = async (command: string, args: readonly string[], env: Readonly<Record<string, string>>) => {
  const script = `const { spawn } = require("node:child_process");
    const child = spawn(process.argv[1], process.argv.slice(2), { stdio: "ignore" });
    console.log(child.pid); setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ["-e", script, command, ...args], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void parent.kill("SIGKILL"));
  const [line] = await once(parent.stdout, "data");
  return { parent, pid: Number(String(line)) };
};

/** Resolves when the process is gone, or waits for nothing but its parent. */
export const ended = (pid: number): Promise<true> =>
  until(async () => (existsSync(`/proc/${pid}/exe`) ? undefined : true));
