import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { docker } from "./docker.ts";
import type { Scenario } from "./scenario.ts";

const run = promisify(execFile);
const pauseMs = 50;

/** Asks again and again until the answer is true; the limit is for a world that is broken. */
export const until = async (what: string, ask: () => Promise<boolean> | boolean, limitMs = 60_000): Promise<void> => {
  const signal = AbortSignal.timeout(limitMs);
  while (!(await ask())) {
    if (signal.aborted) throw new Error(`${what}: not within ${limitMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
};

/** `docker compose -f dev/docker-compose.yml …` in the project's folder, as a user types it. */
export const compose = async (scenario: Scenario, ...args: readonly string[]): Promise<string> => {
  const options = { cwd: scenario.folder, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await run("docker", ["compose", "-f", "dev/docker-compose.yml", ...args], options);
  return stdout;
};

/** What the gateway's own log says of calls. */
export const countCalls = async (scenario: Scenario): Promise<number> => {
  const { id } = await scenario.container("litellm");
  const { stdout, stderr } = await run("docker", ["logs", id], { maxBuffer: 64 * 1024 * 1024 });
  return (stdout + stderr).split("\n").filter((line) => line.includes("POST /v1/chat/completions")).length;
};

type Ports = Pick<Scenario, "ports">;

const askTracing = ({ ports }: Ports, path: string): Promise<Response> => {
  const authorization = `Basic ${Buffer.from("pk-lf-goat-dev:sk-lf-goat-dev").toString("base64")}`;
  return fetch(`http://127.0.0.1:${ports.langfuse}/api/public/${path}`, { headers: { authorization } });
};

export const countTraces = async (scenario: Ports): Promise<number> => {
  const response = await askTracing(scenario, "traces?limit=1");
  const { meta }: { readonly meta: { readonly totalItems: number } } = JSON.parse(await response.text());
  return meta.totalItems;
};

export const hasTrace = async (scenario: Ports, id: string): Promise<boolean> =>
  (await askTracing(scenario, `traces/${id}`)).ok;

/** One statement, asked inside the database's container. */
export const sql = async (scenario: Scenario, statement: string): Promise<string> => {
  const { id } = await scenario.container("postgres");
  return docker("exec", id, "psql", "-U", "postgres", "-d", "litellm", "-Atc", statement);
};

/** A chat call through the gateway; `more` goes into its body. */
export const chat = async ({ ports }: Scenario, model: string, key = "sk-dev-key", more: object = {}) => {
  const response = await fetch(`http://127.0.0.1:${ports.litellm}/v1/chat/completions`, {
    method: "POST",
    // One that was open before a reload would be answered once more by the configuration before it.
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", connection: "close" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "hello" }], ...more }),
  });
  return { status: response.status, text: await response.text() };
};

/** Whether the gateway lists the model. */
export const hasModel = async ({ ports }: Ports, model: string): Promise<boolean> => {
  const headers = { authorization: "Bearer sk-dev-key", connection: "close" };
  const response = await fetch(`http://127.0.0.1:${ports.litellm}/v1/models`, { headers });
  const { data }: { readonly data: readonly { readonly id: string }[] } = JSON.parse(await response.text());
  return data.some(({ id }) => id === model);
};

/** Service -> its container's id, to see what was replaced. */
export const idsOf = async (scenario: Scenario): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries((await scenario.containers()).map(({ service, id }) => [service, id]));
