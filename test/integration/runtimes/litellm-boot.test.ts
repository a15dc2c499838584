import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { passedOn } from "../../../src/engine/processes/local-service.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { spawnDetached } from "../../../src/platform/detached.ts";
import { identify, type ProcessIdentity, signalProcess } from "../../../src/platform/process-identity.ts";
import { litellmRuntime } from "../../../src/runtimes/litellm/runtime.ts";
import { machineFor } from "../../support/local-postgres.ts";
import { freePorts } from "../../support/ports.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";
import { localLitellm } from "../../support/tiny-litellm.ts";

/** The user's own cache: what is installed stays for the next run, and for goat-dev. */
const machine = machineFor(homedir());
const runtime = litellmRuntime(machine);
const installLimitMs = 600_000;
const limitMs = 90_000;
const key = "sk-test-key";

const config = `model_list:
  - model_name: mock
    litellm_params: { model: openai/gpt-4o-mini, api_key: none, mock_response: "Hello from here" }
general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
  database_url: os.environ/DATABASE_URL
`;

beforeAll(async () => {
  await runtime.install({ signal: AbortSignal.timeout(installLimitMs), progress: () => undefined });
}, installLimitMs);

const isGone = async (identity: ProcessIdentity, signal: AbortSignal): Promise<void> => {
  while ((await identify(identity.pid)) !== null) await systemClock.sleep(20, signal);
};

interface Gateway {
  readonly folder: string;
  readonly identity: ProcessIdentity;
  readonly log: string;
  get(path: string): Promise<Response>;
  chat(): Promise<Response>;
  untilReady(): Promise<void>;
}

/** Started as the engine starts it: from what the Compose file says, with nothing of the shell but how to reach the network. */
const boot = async (): Promise<Gateway> => {
  const [port = 0] = await freePorts(1);
  const folder = writeFiles(join(tempFolder(), "my projéct"), { "config.yaml": config, "logs/.keep": "" });
  const environment = { LITELLM_MASTER_KEY: key, LITELLM_LOCAL_MODEL_COST_MAP: "True", LITELLM_MODE: "PRODUCTION" };
  const command = ["--config", join(folder, "config.yaml"), "--port", "4000"];
  const launch = runtime.launch(
    localLitellm(folder, command, {
      environment,
      logFolder: join(folder, "logs"),
      ports: [{ hostIp: "127.0.0.1", host: port, container: 4000, protocol: "tcp" }],
    }),
  );
  const { identity } = await spawnDetached({
    ...launch,
    environment: { ...passedOn(process.env), ...launch.environment },
    outputFile: join(folder, "logs", "console.log"),
  });
  if (identity === null) throw new Error("it ended at once");
  onTestFinished(async () => {
    await signalProcess(identity, "SIGKILL");
    await isGone(identity, AbortSignal.timeout(limitMs));
  });
  const url = `http://127.0.0.1:${port}`;
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const log = join(folder, "logs", "service.log");
  const get = (path: string): Promise<Response> => fetch(`${url}${path}`, { headers });
  return {
    ...{ folder, identity, log, get },
    chat: () => {
      const body = JSON.stringify({ model: "mock", messages: [{ role: "user", content: "hi" }] });
      return fetch(`${url}/chat/completions`, { method: "POST", headers, body });
    },
    untilReady: async () => {
      const signal = AbortSignal.timeout(limitMs);
      while ((await get("/health/readiness").catch(() => null))?.status !== 200) {
        if ((await identify(identity.pid)) === null) throw new Error(`it ended: ${readFileSync(log, "utf8")}`);
        await systemClock.sleep(50, signal);
      }
    },
  };
};

describe("LiteLLM from its lock", () => {
  test("must get ready without a database, list its models, answer, and stop on SIGTERM", {
    timeout: limitMs,
  }, async () => {
    const gateway = await boot();
    await gateway.untilReady();
    expect(await (await gateway.get("/health/readiness")).json()).toMatchObject({ db: "Not connected" });
    expect(await (await gateway.get("/v1/models")).json()).toMatchObject({ data: [{ id: "mock" }] });
    const answer: unknown = await (await gateway.chat()).json();
    expect(answer).toMatchObject({ choices: [{ message: { content: "Hello from here" } }] });
    await signalProcess(gateway.identity, "SIGTERM");
    await isGone(gateway.identity, AbortSignal.timeout(15_000));
    const log = readFileSync(gateway.log, "utf8");
    expect(log).toMatch(/^\S+Z out INFO: +\S+ - "POST \/chat\/completions HTTP\/1\.1" 200 OK$/m);
    expect(log).toMatch(/Z err INFO: +Application shutdown complete\.$/m);
    expect(log).not.toContain(key);
    expect(readFileSync(join(gateway.folder, "logs", "console.log"), "utf8")).toBe("");
  });

  test("must end at once on SIGTERM while it boots", { timeout: limitMs }, async () => {
    const gateway = await boot();
    const signal = AbortSignal.timeout(limitMs);
    while (!existsSync(gateway.log)) await systemClock.sleep(10, signal);
    await signalProcess(gateway.identity, "SIGTERM");
    await isGone(gateway.identity, signal);
    expect(readFileSync(gateway.log, "utf8")).not.toContain("startup complete");
  });

  test("what a boot writes must not make its installation count as damaged", async () => {
    expect(await runtime.installed()).toMatch(/^[0-9a-f]{64}$/);
  });
});
