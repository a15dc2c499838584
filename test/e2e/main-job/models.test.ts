import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { docker } from "../../support/docker.ts";
import type { Scenario } from "../../support/scenario.ts";
import { describeOnEngine, shareScenario } from "../../support/scenario-hooks.ts";
import { startVllm, type VllmServer } from "../../support/vllm-server.ts";

const configFile = "dev/litellm-config.yaml";
const cloudFile = "dev/litellm-config-modal.yaml";

const elevenNames = [
  "gpt-4o-mini",
  "gpt-5-nano",
  "gpt-5-mini",
  "llama-3.3-70b",
  "text-embedding-3-small",
  "llama-3.1-8b-local",
  "qwen3-4b-local",
  "qwen3-30b-a3b-local",
  "qwen3-235b-local",
  "gpt-oss-20b-local",
  "gpt-oss-120b-local",
];

interface ModelsDocument {
  readonly models: readonly {
    readonly name: string;
    readonly served: boolean | null;
    readonly ok?: boolean;
    readonly totalTokens?: number;
    readonly inputPerMillionUsd: number | null;
    readonly error?: { readonly code: string; readonly message: string; readonly evidence: readonly string[] };
  }[];
  readonly gateway: { readonly models: readonly string[] };
}

const documentOf = ({ stdout }: { readonly stdout: string }): ModelsDocument => JSON.parse(stdout);

const shipped = (name: string): string => readFileSync(join(dirname(dirname(inject("e2e").bin)), name), "utf8");

describeOnEngine("models", () => {
  const shared = shareScenario({}, (stack) => stack.run(["up", "--no-example"]));
  let vllm: VllmServer;
  let address = "";
  beforeAll(async () => {
    vllm = await startVllm();
    const format = "{{(index .IPAM.Config 0).Gateway}}";
    const host = await docker("network", "inspect", "--format", format, `${shared().name}_default`);
    address = `http://${host.trim()}:${vllm.port}/v1`;
  });
  afterAll(async () => vllm[Symbol.asyncDispose]());

  const client = (stack: Scenario): OpenAI =>
    new OpenAI({ baseURL: `http://127.0.0.1:${stack.ports.litellm}/v1`, apiKey: "sk-dev-key", maxRetries: 0 });

  /** The cloud's config with the vLLM models at the stand-in, and one that embeds; no database, as in the cloud. */
  const takeCloudConfig = async (change: (text: string) => string = (text) => text): Promise<void> => {
    const embedding = `  - model_name: embed-local
    litellm_params:
      model: openai/BAAI/bge-m3
      api_base: "${address}"
      api_key: "not-needed"
      use_clientside_credentials: true
      additional_drop_params: ["use_clientside_credentials"]
    model_info: { mode: embedding }

litellm_settings:`;
    const text = shipped(cloudFile)
      .replace(/https:\/\/<workspace>\S+/g, address)
      .replace("\nlitellm_settings:", embedding);
    shared().write(configFile, change(text));
    shared().edit("dev/docker-compose.yml", (compose) => compose.replace(/^ +- DATABASE_URL=.*\n/m, ""));
    const up = await shared().run(["up", "--no-example"]);
    expect(up.exitCode, up.output).toBe(0);
  };

  test("enable must point the entry at the server, have LiteLLM take it over, and see it listed", async () => {
    const before = shared().read(configFile).split("\n").length;
    const enabled = await shared().run(["models", "enable", "qwen3-4b-local", "--url", address, "--yes"]);
    expect(enabled.exitCode, enabled.output).toBe(0);
    expect(enabled.stdout).toContain("litellm serves qwen3-4b-local.");
    expect(shared().read(configFile)).toContain(`\n  - model_name: qwen3-4b-local\n`);
    expect(shared().read(configFile).split("\n")).toHaveLength(before);
    expect((await shared().run(["status"])).exitCode).toBe(0);
  });

  test("add must ask the server which model it serves, and remove must give back the same bytes", async () => {
    const [before, cloud] = [shared().read(configFile), shared().read(cloudFile)];
    const added = await shared().run(["models", "add", "extra-local", "--vllm", "--url", address, "--yes", "--json"]);
    expect(added.exitCode, added.output).toBe(0);
    expect(documentOf(added).gateway.models).toContain("extra-local");
    expect(shared().read(configFile)).toContain("model: openai/Qwen/Qwen3-8B");
    const removed = await shared().run(["models", "remove", "extra-local", "--yes", "--json"]);
    expect(removed.exitCode, removed.output).toBe(0);
    expect(documentOf(removed).gateway.models).not.toContain("extra-local");
    expect([shared().read(configFile), shared().read(cloudFile)]).toEqual([before, cloud]);
  });

  test("add on a terminal must show the diff, ask, and change nothing after a no", async () => {
    const before = shared().read(configFile);
    const add = shared().start(["models", "add", "claude", "--route", "anthropic/claude-sonnet-4-5"], { tty: true });
    await add.until(/\+ {3}- model_name: claude[\s\S]*Change 2 files like this/);
    add.write("n\r");
    expect((await add.done).exitCode).toBe(130);
    expect(shared().read(configFile)).toBe(before);
  });

  test("the cloud's config must serve all eleven names without a database, with the prices that LiteLLM knows", async () => {
    await takeCloudConfig();
    const { models } = documentOf(await shared().run(["models", "--json"]));
    expect(models.filter(({ served }) => served).map(({ name }) => name)).toEqual([...elevenNames, "embed-local"]);
    const price = (name: string) => models.find((model) => model.name === name)?.inputPerMillionUsd;
    expect([price("gpt-5-nano"), price("gpt-5-mini"), price("llama-3.3-70b"), price("qwen3-4b-local")]).toEqual([
      0.15,
      0.25,
      0.59,
      null,
    ]);
    const health = await fetch(`http://127.0.0.1:${shared().ports.litellm}/health/readiness`);
    expect(JSON.stringify(await health.json())).toContain("Not connected");
  });

  test("test must make one call for each named model, embeddings by an embedding call", async () => {
    const tested = await shared().run(["models", "test", "qwen3-4b-local", "embed-local", "--yes", "--json"]);
    expect(tested.exitCode, tested.output).toBe(0);
    expect(documentOf(tested).models).toMatchObject([
      { model: "qwen3-4b-local", ok: true, totalTokens: 12 },
      { model: "embed-local", ok: true, totalTokens: 2 },
    ]);
    expect(vllm.calls.map((call) => call["model"])).toEqual(
      expect.arrayContaining(["Qwen/Qwen3-4B-Instruct-2507", "BAAI/bge-m3"]),
    );
  });

  test("a server must have been asked nothing by LiteLLM itself, however often it started: a GPU would run for it", () => {
    const [first, ...others] = vllm.requests;
    // `models add` asked which model is served.
    expect(first).toBe("GET /v1/models");
    expect([...others].sort()).toEqual(["POST /v1/chat/completions", "POST /v1/embeddings"]);
  });

  test("an answer must stream through, with its usage at the end", async () => {
    const stream = await client(shared()).chat.completions.create({
      model: "qwen3-30b-a3b-local",
      messages: [{ role: "user", content: "hello" }],
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = "";
    let tokens = 0;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      tokens = chunk.usage?.total_tokens ?? tokens;
    }
    expect({ text, tokens }).toEqual({ text: "Hello from vLLM", tokens: 12 });
    expect(Object.keys(vllm.calls.at(-1) ?? {}).sort()).toEqual(["messages", "model", "stream", "stream_options"]);
  });

  test("tools and embeddings must go through", async () => {
    const parameters = { type: "object", properties: { city: { type: "string" } } };
    const answer = await client(shared()).chat.completions.create({
      model: "gpt-oss-20b-local",
      messages: [{ role: "user", content: "weather?" }],
      tools: [{ type: "function", function: { name: "weather", parameters } }],
      tool_choice: "auto",
    });
    expect(answer.choices[0]?.message.tool_calls).toMatchObject([
      { function: { name: "weather", arguments: '{"city":"Bern"}' } },
    ]);
    expect(vllm.calls.at(-1)).toMatchObject({
      tool_choice: "auto",
      tools: [{ function: { name: "weather", parameters } }],
    });
    const { data } = await client(shared()).embeddings.create({
      model: "embed-local",
      input: "hi",
      encoding_format: "float",
    });
    expect(data[0]?.embedding).toEqual([0.25, -0.5]);
  });

  test("extra_body must reach the server untouched", async () => {
    const extra = {
      chat_template_kwargs: { enable_thinking: false },
      guided_json: { type: "object", required: ["a"] },
      top_k: 3,
    };
    await client(shared()).chat.completions.create({
      model: "qwen3-30b-a3b-local",
      messages: [{ role: "user", content: "hello" }],
      ...{ extra_body: extra },
    });
    expect(vllm.calls.at(-1)).toMatchObject(extra);
    expect(vllm.calls.at(-1)).not.toHaveProperty("extra_body");
  });

  // A model that was refused a moment ago is left alone by LiteLLM, so each case has its own.
  test.each([
    [401, "qwen3-4b-local", "Unauthorized", "refuses the key of the LiteLLM config"],
    [404, "gpt-oss-120b-local", "The model does not exist.", "knows no openai/openai/gpt-oss-120b"],
    [429, "gpt-oss-20b-local", "Too many requests", "accepts the key, but takes no more calls for now"],
  ] as const)(
    "a server's refusal with %s must be told in its own words, with exit 6",
    async (status, model, said, told) => {
      vllm.refuse({ status, message: said });
      const tested = await shared().run(["models", "test", model, "--yes", "--json"]);
      vllm.refuse(null);
      expect(tested.exitCode, tested.output).toBe(6);
      const [{ error } = {}] = documentOf(tested).models;
      expect(error, tested.output).toMatchObject({
        code: "provider-refused",
        message: `the server behind ${model} ${told}`,
      });
      expect(error?.evidence.join()).toContain(said);
    },
  );

  test("a parameter that the model does not take must be dropped, and refused without drop_params", async () => {
    const ask = () =>
      client(shared()).chat.completions.create({
        model: "qwen3-235b-local",
        messages: [{ role: "user", content: "hello" }],
        verbosity: "low",
      });
    expect((await ask()).choices[0]?.message.content).toBe("Hello from vLLM");
    expect(vllm.calls.at(-1)).not.toHaveProperty("verbosity");
    await takeCloudConfig((text) => text.replace("drop_params: true", "drop_params: false"));
    // A connection that was open before is answered once more by the configuration of then.
    await ask().catch(() => undefined);
    const asked = vllm.calls.length;
    await expect(ask()).rejects.toMatchObject({ status: 400, message: expect.stringContaining("verbosity") });
    expect(vllm.calls).toHaveLength(asked);
  });

  test("a server of this machine that discover adds must be asked from the gateway's container", async () => {
    const place = `http://127.0.0.1:${vllm.port}/v1`;
    const added = await shared().run(["models", "discover", "--url", place, "--add", "Qwen/Qwen3-8B", "--yes"]);
    expect(added.exitCode, added.output).toBe(0);
    expect(shared().read("dev/docker-compose.yml")).toContain('extra_hosts: ["host.docker.internal:host-gateway"]');
    const tested = await shared().run(["models", "test", "Qwen/Qwen3-8B", "--yes"]);
    expect(tested.exitCode, tested.output).toBe(0);
    expect(vllm.calls.at(-1)).toMatchObject({ model: "Qwen/Qwen3-8B" });
  });
});
