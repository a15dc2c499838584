import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { inject } from "vitest";
import { systemClock } from "../../src/platform/clock.ts";
import type { PostgresOptions } from "../../src/platform/postgres.ts";
import { freePorts } from "../support/ports.ts";
import { writeFiles } from "../support/temp.ts";
import { engineEnvironment, urlOf } from "./environment.ts";

const run = promisify(execFile);
const { packageRoot, python } = inject("prisma");

const masterKey = "sk-master-of-this-test";

/** One route that answers by itself, at a price that sums to round figures: 0.001 for a prompt's token, 0.002 for an answer's. */
const configWith = (more: string): string => `
model_list:
  - model_name: mock
    litellm_params: { model: openai/gpt-4o-mini, api_key: none, mock_response: "hello" }
    model_info: { input_cost_per_token: 0.001, output_cost_per_token: 0.002 }
${more === "" ? "" : `  - { model_name: ${more}, litellm_params: { model: openai/gpt-4o-mini, api_key: none } }`}
general_settings: { master_key: ${masterKey}, proxy_batch_write_at: 1, proxy_budget_rescheduler_min_time: 1, proxy_budget_rescheduler_max_time: 2 }
litellm_settings: { num_retries: 0, telemetry: false${more === "" ? "" : ", success_callback: [langfuse]"} }
`;

interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Litellm {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
  log(): string;
  /** Waits until it serves with its database. */
  ready(): Promise<void>;
  post(path: string, body: unknown, key?: string): Promise<Answer>;
  get<T>(path: string): Promise<T>;
  /** A key that may spend. */
  makeKey(more?: Readonly<Record<string, unknown>>): Promise<string>;
  chat(key: string, more?: Readonly<Record<string, unknown>>): Promise<Answer>;
  /** Takes over a config with one more model of this name, and traces; what the launcher says. */
  reload(more: string): Promise<Readonly<Record<string, unknown>>>;
  /** The process that answers. */
  serving(): number;
  /** The query engine's process. */
  engine(): number;
  stop(): Promise<void>;
}

/** LiteLLM as goat-dev starts it without Docker, in a folder that is its home. */
export const startLitellm = async (
  options: PostgresOptions,
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Litellm> => {
  const [port = 0] = await freePorts(1);
  writeFiles(folder, { "config.yaml": configWith("") });
  const launcher = join(packageRoot, "dev", "launcher", "launch.py");
  const args = [launcher, "--config", "config.yaml", "--host", "127.0.0.1", "--port", String(port)];
  const logFile = join(folder, `litellm-${port}.log`);
  const environment = {
    ...engineEnvironment(urlOf(options)),
    HOME: folder,
    XDG_CACHE_HOME: folder,
    GOAT_DEV_LOG_FILE: logFile,
    GOAT_DEV_CONTROL: folder,
    LITELLM_SALT_KEY: "sk-salt",
    LITELLM_LOCAL_MODEL_COST_MAP: "True",
    // On a busy machine an engine that is slow would be taken for dead, and be started anew.
    PRISMA_HEALTH_WATCHDOG_PROBE_TIMEOUT_SECONDS: "60",
    ...env,
  };
  const child = spawn(python, args, { cwd: folder, env: environment, stdio: "ignore" });
  const ended = once(child, "exit");
  // Kept ones are closed by LiteLLM just when they are used again.
  const agent = new Agent({ keepAlive: false, maxSockets: 64 });
  const log = (): string => readFileSync(logFile, "utf8");
  const send = (method: string, path: string, key: string, body?: unknown): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
      const sent = request({ host: "127.0.0.1", port, agent, method, path, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
      });
      sent.on("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  const read = <T>({ status, body }: Answer): T => {
    if (status !== 200) throw new Error(`${status} ${body}`);
    return JSON.parse(body);
  };
  const litellm: Litellm = {
    child,
    ended,
    log,
    ready: async () => {
      for (const signal = AbortSignal.timeout(280_000); ; ) {
        const found = await send("GET", "/health/readiness", masterKey).catch(() => undefined);
        if (found?.status === 200 && JSON.parse(found.body).db === "connected") return;
        if (child.exitCode !== null) throw new Error(`LiteLLM ended:\n${log().slice(-4_000)}`);
        await systemClock.sleep(100, signal);
      }
    },
    post: (path, body, key = masterKey) => send("POST", path, key, body),
    get: async (path) => read(await send("GET", path, masterKey)),
    makeKey: async (more = {}) =>
      read<{ readonly key: string }>(await send("POST", "/key/generate", masterKey, { models: ["mock"], ...more })).key,
    chat: (key, more = {}) =>
      send("POST", "/v1/chat/completions", key, {
        model: "mock",
        messages: [{ role: "user", content: "hi" }],
        ...more,
      }),
    reload: async (more) => {
      writeFiles(folder, { "config.yaml": configWith(more) });
      const { stdout } = await run(python, [launcher, "reload"], { env: environment });
      return JSON.parse(stdout);
    },
    serving: () => familyOf(child.pid ?? 0).find((pid) => commandOf(pid).includes("--config")) ?? 0,
    engine: () => familyOf(child.pid ?? 0).find((pid) => commandOf(pid).includes("query-engine")) ?? 0,
    stop: async () => {
      agent.destroy();
      child.kill("SIGTERM");
      await ended;
    },
  };
  return litellm;
};

/** The launcher keeps the engine; what it has forked serves, and has a small process that stands for the engine. */
export const familyOf = (pid: number): readonly number[] =>
  childrenOf(pid).flatMap((child) => [child, ...familyOf(child)]);

const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);

const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, "utf8");

/** Calls at so many at once; gives what was not answered with 200. */
export const load = async (
  litellm: Litellm,
  key: string,
  { calls, atOnce }: { readonly calls: number; readonly atOnce: number },
) => {
  const failed: string[] = [];
  let left = calls;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const { status, body } = await litellm.chat(key).catch((error: unknown) => ({ status: 0, body: String(error) }));
      if (status !== 200) failed.push(`${status} ${body.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return failed;
};

/** Resident memory of a process. */
export const megabytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
