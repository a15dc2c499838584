import { execFile } from "node:child_process";
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { passedOn } from "../../src/engine/processes/local-service.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { spawnDetached } from "../../src/platform/detached.ts";
import { litellmRuntime } from "../../src/runtimes/litellm/runtime.ts";
import { startHttp } from "./fake-server.ts";
import { machineFor } from "./local-postgres.ts";
import { freePorts, isPortFree } from "./ports.ts";
import { tempFolder, writeFiles } from "./temp.ts";
import { localLitellm } from "./tiny-litellm.ts";

const run = promisify(execFile);
const key = "sk-test-key";
const patience = (): AbortSignal => AbortSignal.timeout(90_000);

/** The user's own cache: what is installed stays for the next run, and for goat-dev. */
export const realRuntime = litellmRuntime(machineFor(homedir()));

export interface Answer {
  readonly ok: boolean;
  readonly why?: string;
  readonly generation?: number;
  readonly pid?: number;
  readonly seconds?: number;
  readonly retiring?: number;
}

/** A provider that answers at once, or as a stream of words at this pace, and keeps the keys that it is shown. */
export const startProvider = async (wordEveryMs: number, words = 8) => {
  const keys: (string | undefined)[] = [];
  const server = await startHttp(async (request, response) => {
    keys.push(request.headers.authorization);
    let text = "";
    for await (const piece of request.setEncoding("utf8")) text += piece;
    const { model, stream } = JSON.parse(text || "{}");
    const about = { id: "1", created: 1, model };
    if (stream !== true) {
      const message = { role: "assistant", content: "Hello" };
      const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
      response.setHeader("content-type", "application/json");
      const choices = [{ index: 0, message, finish_reason: "stop" }];
      return void response.end(JSON.stringify({ ...about, object: "chat.completion", choices, usage }));
    }
    response.setHeader("content-type", "text/event-stream");
    const send = (delta: object, reason: string | null = null): void => {
      const choices = [{ index: 0, delta, finish_reason: reason }];
      response.write(`data: ${JSON.stringify({ ...about, object: "chat.completion.chunk", choices })}\n\n`);
    };
    for (let word = 0; word < words; word += 1) {
      send({ role: "assistant", content: `w${word} ` });
      await systemClock.sleep(wordEveryMs, patience());
    }
    send({}, "stop");
    response.end("data: [DONE]\n\n");
  });
  return { ...server, keys };
};

/** Takes what LiteLLM's Langfuse callback sends: the ids of traces. */
export const startTraces = async () => {
  const traces = new Set<string>();
  const server = await startHttp(async (request, response) => {
    let text = "";
    for await (const piece of request.setEncoding("utf8")) text += piece;
    const batch: readonly { id: string; type: string; body: { id: string } }[] = JSON.parse(text || "{}").batch ?? [];
    for (const { type, body } of batch) if (type === "trace-create") traces.add(body.id);
    response.writeHead(207, { "content-type": "application/json" });
    response.end(JSON.stringify({ successes: batch.map(({ id }) => ({ id, status: 201 })), errors: [] }));
  });
  return { ...server, traces };
};

/** Started as the engine of plain processes does it, on a free port, with this config. */
export const bootReloading = async (
  config: string,
  environment: Readonly<Record<string, string>> = {},
  home = tempFolder(),
) => {
  const [port = 0] = await freePorts(1);
  const folder = writeFiles(join(home, "my projéct"), { "config.yaml": config, "logs/.keep": "" });
  const launch = realRuntime.launch(
    localLitellm(folder, ["--config", join(folder, "config.yaml"), "--port", "4000"], {
      environment: {
        ...{ LITELLM_MASTER_KEY: key, LITELLM_LOCAL_MODEL_COST_MAP: "True", LITELLM_MODE: "PRODUCTION" },
        ...{ HF_HUB_OFFLINE: "1", LANGFUSE_FLUSH_AT: "2" },
        ...environment,
      },
      logFolder: join(folder, "logs"),
      ports: [{ hostIp: "127.0.0.1", host: port, container: 4000, protocol: "tcp" }],
    }),
  );
  const env = { ...passedOn(process.env), ...launch.environment };
  const { pid, ended } = await spawnDetached({ ...launch, environment: env, outputFile: join(folder, "console.log") });
  const url = `http://127.0.0.1:${port}`;
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const log = (): string => readFileSync(join(folder, "logs", "service.log"), "utf8");

  function signal(name: NodeJS.Signals, whom = pid): void {
    try {
      process.kill(whom, name);
    } catch {
      // It has ended.
    }
  }

  /** Every process that has the port, or had: the launcher and its children. */
  function family(): readonly number[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && commandOf(name).includes(`--port\0${port}`))
      .map(Number);
  }

  /** A process that ends has lost its arguments before its socket. */
  async function gone(): Promise<void> {
    const limit = patience();
    while (family().length > 0 || !(await isPortFree(port))) await systemClock.sleep(20, limit);
  }

  async function ask(
    request: "reload" | "status",
    variables?: Readonly<Record<string, string | null>>,
  ): Promise<Answer> {
    const [python = "", launcher = ""] = launch.command;
    const more = variables === undefined ? {} : { GOAT_DEV_VARIABLES: JSON.stringify(variables) };
    const { stdout } = await run(python, [launcher, request], { env: { ...env, ...more } }).catch(
      (error: { stdout: string }) => error,
    );
    return JSON.parse(stdout);
  }

  async function models(): Promise<readonly string[]> {
    const answer = (await (await fetch(`${url}/v1/models`, { headers })).json()) as { data: { id: string }[] };
    return answer.data.map(({ id }) => id);
  }

  async function untilReady(): Promise<void> {
    const limit = patience();
    let over = false;
    void ended.then(() => (over = true));
    while (!(await fetch(`${url}/health/readiness`).catch(() => null))?.ok) {
      if (over) throw new Error(`it ended: ${log()}`);
      await systemClock.sleep(50, limit);
    }
  }

  return {
    ...{ folder, pid, port, url, headers, ended, log, signal, family, gone, ask, models, untilReady },
    [Symbol.asyncDispose]: async (): Promise<void> => {
      signal("SIGKILL");
      await ended;
      await gone();
    },
    config: join(folder, "config.yaml"),
    write: (text: string): void => writeFileSync(join(folder, "config.yaml"), text),
    /** As many editors save: another file takes the name. */
    replace: (text: string): void => {
      writeFileSync(join(folder, "config.yaml.new"), text);
      renameSync(join(folder, "config.yaml.new"), join(folder, "config.yaml"));
    },
    chat: (body: object = {}): Promise<Response> =>
      fetch(`${url}/chat/completions`, {
        method: "POST",
        headers,
        body: JSON.stringify({ model: "mock", messages: [{ role: "user", content: "hi" }], ...body }),
      }),
    until: async (test: () => boolean | Promise<boolean>): Promise<void> => {
      const limit = patience();
      while (!(await test())) await systemClock.sleep(20, limit);
    },
  };
};

export type ReloadingLitellm = Awaited<ReturnType<typeof bootReloading>>;

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
