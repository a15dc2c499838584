import { readFileSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import { describe, expect, inject, test } from "vitest";
import { startHttp } from "../support/fake-server.ts";
import { freePorts } from "../support/ports.ts";
import { tempFolder, writeFiles } from "../support/temp.ts";
import { load, loadInContainer, part, readJson, root } from "./probe.ts";
import { start } from "./processes.ts";

const { missing, litellm } = inject("modal");
const key = "sk-a-key-of-this-test";
const catalogue: readonly { readonly name: string; readonly app: string; readonly huggingFaceId: string }[] =
  readJson("dev/vllm-models.json").models;
const hosted = ["gpt-4o-mini", "gpt-5-nano", "gpt-5-mini", "llama-3.3-70b", "text-embedding-3-small"];
const all = [...hosted, ...catalogue.map(({ name }) => name)];
const shippedConfig = readFileSync(join(root, "dev/litellm-config-modal.yaml"), "utf8");

/** The command that the cloud's function starts, from the files of its container, with this machine's LiteLLM and a free port. */
const gatewayCommand = async (config: string): Promise<readonly [string, ...string[]]> => {
  const dev = writeFiles(tempFolder(), { "litellm-config-modal.yaml": config });
  const { functions } = await load("modal_services.py", { GOAT_DEV_FOLDER: dev });
  const again = await loadInContainer("modal_services.py", part(functions["litellm"]));
  const [python, ...args] = part(again.functions["litellm"]).starts?.[0].command ?? [];
  expect(python).toBe(inject("modal").sdk);
  expect(args.slice(-2)).toEqual(["--port", "4000"]);
  return [litellm, ...args.slice(0, -2)];
};

const startGateway = async (options: {
  readonly config?: string;
  readonly variables?: Readonly<Record<string, string>>;
}) => {
  const [port] = (await freePorts(1)) as [number];
  const command = await gatewayCommand(options.config ?? shippedConfig);
  const running = start([...command, "--host", "127.0.0.1", "--port", String(port)], {
    LITELLM_MASTER_KEY: key,
    ...options.variables,
  });
  await running.line(/Uvicorn running on/);
  const url = `http://127.0.0.1:${port}`;
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } });
    return (await answer.json()) as T;
  };
  const names = async (): Promise<readonly string[]> => (await client.models.list()).data.map(({ id }) => id);
  return { running, get, names, client };
};

interface Asked {
  readonly request: string;
  readonly app: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Speaks OpenAI's API in vLLM's place, for all apps: the first part of the path is the app's name. */
const startVllm = async (asked: Asked[]) =>
  startHttp(async (request, response) => {
    let text = "";
    for await (const piece of request.setEncoding("utf8")) text += piece;
    const [, app = "", ...path] = (request.url ?? "").split("/");
    const body = text === "" ? {} : JSON.parse(text);
    asked.push({ request: `${request.method} /${path.join("/")}`, app, body });
    if (path.join("/") !== "v1/chat/completions") return void response.writeHead(404).end();
    const send = (more: object): void => {
      const chunk = { id: "1", object: "chat.completion.chunk", created: 1, model: body.model, choices: [], ...more };
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    };
    response.writeHead(200, { "content-type": "text/event-stream" });
    send({ choices: [{ index: 0, delta: { role: "assistant", content: "Hello" } }] });
    send({ choices: [{ index: 0, delta: { content: " from vLLM" } }] });
    send({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
    send({ usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 } });
    response.end("data: [DONE]\n\n");
  });

/** Only the address of each model's app becomes this machine's. */
const pointedAt = (port: number): string =>
  shippedConfig.replaceAll(
    /https:\/\/<workspace>-goat--([a-z0-9-]+)-serve\.modal\.run/g,
    `http://127.0.0.1:${port}/$1`,
  );

describe.skipIf(missing !== null)("the gateway's command, with real LiteLLM", () => {
  test("must stream a chat with every model of the table through to its app, under the name that vLLM serves", async () => {
    const asked: Asked[] = [];
    await using vllm = await startVllm(asked);
    const { client, names } = await startGateway({ config: pointedAt(vllm.port) });
    expect(await names()).toEqual(all);
    for (const { name } of catalogue) {
      let text = "";
      const messages = [{ role: "user" as const, content: "Hi" }];
      const stream = await client.chat.completions.create({ model: name, messages, stream: true });
      for await (const { choices } of stream) text += choices[0]?.delta.content ?? "";
      expect(text).toBe("Hello from vLLM");
    }
    expect(asked.map(({ app, body }) => [app, body["model"], body["stream"]])).toEqual(
      catalogue.map(({ app, huggingFaceId }) => [app, huggingFaceId, true]),
    );
  });

  test("must not ask a model's app anything but what a program asks: every request keeps a GPU running", async () => {
    const asked: Asked[] = [];
    await using vllm = await startVllm(asked);
    const { client, names, get, running } = await startGateway({ config: pointedAt(vllm.port) });
    await names();
    await get("/model/info");
    const messages = [{ role: "user" as const, content: "Hi" }];
    const stream = await client.chat.completions.create({ model: "qwen3-4b-local", messages, stream: true });
    for await (const _ of stream);
    expect(asked.map(({ request }) => request)).toEqual(["POST /v1/chat/completions"]);
    expect(Object.keys(asked[0]?.body ?? {}).sort()).toEqual(["messages", "model", "stream", "stream_options"]);
    expect(running.output()).not.toContain("Traceback");
  });

  test("must list all eleven names, stateless, once its own address tells the workspace and the environment", async () => {
    const { get, names, running } = await startGateway({
      variables: { GOAT_GATEWAY_URL: "https://phare-goat--goat-services-litellm-dev.modal.run", DATABASE_URL: "" },
    });
    expect(await get("/health/readiness")).toMatchObject({ status: "healthy", db: "Not connected" });
    expect(await names()).toEqual(all);
    const { data } = await get<{ data: readonly { litellm_params: { api_base?: string } }[] }>("/model/info");
    const addresses = data.flatMap(({ litellm_params: { api_base: base } }) => (base?.includes("modal") ? [base] : []));
    expect(addresses).toEqual(catalogue.map(({ app }) => `https://phare-goat--${app}-serve.modal.run/v1`));
    expect(running.output()).toContain("goat: left out the langfuse callbacks");
    expect(running.output()).not.toContain("left out qwen3");
  });

  test("must serve what it lists: without a workspace no model of it, each named", async () => {
    const { names, running } = await startGateway({});
    expect(await names()).toEqual(hosted);
    for (const { name } of catalogue) expect(running.output()).toContain(`goat: left out ${name}: `);
  });

  test("must wait for Langfuse before it answers, and send it the trace", async () => {
    const seen: string[] = [];
    let isWell = false;
    const asked: Asked[] = [];
    await using vllm = await startVllm(asked);
    await using langfuse = await startHttp((request, response) => {
      const path = request.url?.split("?")[0] ?? "";
      seen.push(path);
      const status = path === "/api/public/health" && !isWell ? 503 : 200;
      // The second question finds it well: the gateway asked again.
      isWell = true;
      response.writeHead(status, { "content-type": "application/json" }).end('{"successes":[],"errors":[]}');
    });
    const { client, running } = await startGateway({
      config: pointedAt(vllm.port),
      variables: {
        GOAT_LANGFUSE_URL: langfuse.baseUrl,
        LANGFUSE_HOST: langfuse.baseUrl,
        LANGFUSE_PUBLIC_KEY: "pk-of-this-test",
        LANGFUSE_SECRET_KEY: "sk-of-this-test",
      },
    });
    expect(seen).toEqual(["/api/public/health", "/api/public/health"]);
    expect(running.output()).not.toContain("left out");
    const messages = [{ role: "user" as const, content: "Hi" }];
    const stream = await client.chat.completions.create({ model: "qwen3-4b-local", messages, stream: true });
    for await (const _ of stream);
    await expect.poll(() => seen, { timeout: 30_000 }).toContain("/api/public/ingestion");
  });

  test.for([
    ["", "is missing, or does not begin with sk-"],
    ["sk-dev-key", "is one that everybody knows"],
    ["sk-1234", "is one that everybody knows"],
    ["my-own-key", "does not begin with sk-"],
  ])("must not start with the master key '%s'", async ([wrong, why]) => {
    const running = start(await gatewayCommand(shippedConfig), { LITELLM_MASTER_KEY: wrong as string });
    expect(await running.ended).toBe(1);
    expect(running.output()).toContain(why);
  });
});
