import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { transpileModule } from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { GatewayAccess } from "../../../src/gateway/access.ts";
import { type ExampleRequest, runExample } from "../../../src/gateway/example.ts";
import type { Route } from "../../../src/gateway/routes.ts";
import { type ChatAnswer, startFakeGateway } from "./fake-gateway.ts";

const root = join(import.meta.dirname, "../../..");
const route: Route = {
  name: "llama-3.3-70b",
  provider: "groq",
  upstream: "groq/llama-3.3-70b-versatile",
  keyVariables: ["GROQ_API_KEY"],
  mode: "chat",
  apiBase: null,
  mock: false,
  line: 7,
};

let folder = "";
let script = "";

beforeAll(async () => {
  await mkdir(join(root, "test/artifacts"), { recursive: true });
  // Inside the repository, so that the example finds the openai package.
  folder = await mkdtemp(join(root, "test/artifacts/example-"));
  script = join(folder, "example.mjs");
  const source = await readFile(join(root, "templates/example/example.ts"), "utf8");
  await writeFile(script, transpileModule(source, { compilerOptions: { module: 99, target: 10 } }).outputText);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const request = (access: GatewayAccess, more: Partial<ExampleRequest> = {}): ExampleRequest => ({
  access,
  choice: { model: route.name, route },
  node: process.execPath,
  environment: process.env,
  signal: new AbortController().signal,
  script,
  ...more,
});

const failureOf = async (chat: ChatAnswer): Promise<unknown> => {
  await using gateway = await startFakeGateway({ chat });
  return await runExample(request(gateway.access)).catch((error: unknown) => error);
};

const usage = { prompt_tokens: 14, completion_tokens: 17, total_tokens: 31, cost: 0.00002 };

test("the example must stream the answer and tell its tokens, cost and trace", async () => {
  await using gateway = await startFakeGateway({ chat: { words: ["Hello", ", ", "wörld!"], usage } });
  let streamed = "";
  const answer = await runExample(request(gateway.access, { onText: (text) => (streamed += text) }));
  expect(answer).toEqual({
    model: "llama-3.3-70b",
    text: "Hello, wörld!",
    promptTokens: 14,
    completionTokens: 17,
    totalTokens: 31,
    costUsd: 0.00002,
    callId: "call-1",
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    durationMs: expect.any(Number),
  });
  expect(streamed).toBe("Hello, wörld!");
  expect(gateway.calls).toMatchObject([
    { model: "llama-3.3-70b", stream: true, metadata: { trace_id: answer.traceId, trace_name: "goat-dev example" } },
  ]);
});

test("each run must have a trace of its own", async () => {
  await using gateway = await startFakeGateway({ chat: { words: ["Hi"], usage } });
  const first = await runExample(request(gateway.access));
  const second = await runExample(request(gateway.access));
  expect(second.traceId).not.toBe(first.traceId);
});

test("a stream without a cost must be priced from the gateway's price list, and stay unknown where that has none", async () => {
  const { cost: _, ...tokens } = usage;
  const info = {
    data: [{ model_name: route.name, model_info: { input_cost_per_token: 1, output_cost_per_token: 2 } }],
  };
  await using priced = await startFakeGateway({ chat: { words: ["Hi"], usage: tokens }, info });
  expect((await runExample(request(priced.access))).costUsd).toBe(48);
  await using unpriced = await startFakeGateway({ chat: { words: ["Hi"], usage: tokens } });
  expect((await runExample(request(unpriced.access))).costUsd).toBeNull();
});

test("an answer without usage must still be an answer", async () => {
  await using gateway = await startFakeGateway({ chat: { words: ["Hi"] } });
  expect(await runExample(request(gateway.access))).toMatchObject({ text: "Hi", totalTokens: null, costUsd: null });
});

test("the example must get the three variables and nothing else of ours", async () => {
  const spy = join(folder, "spy.mjs");
  await writeFile(spy, "console.log(JSON.stringify({ text: JSON.stringify(process.env), traceId: 't' }))");
  await using gateway = await startFakeGateway();
  const environment = { PATH: "/bin", HOME: "/home/x", GROQ_API_KEY: "gsk_secret", NODE_OPTIONS: "--inspect" };
  const answer = await runExample(request(gateway.access, { script: spy, environment }));
  expect(JSON.parse(answer.text)).toEqual({
    PATH: "/bin",
    HOME: "/home/x",
    OPENAI_BASE_URL: gateway.access.baseUrl,
    OPENAI_API_KEY: gateway.access.key,
    EVAL_MODEL: "llama-3.3-70b",
  });
});

test("a provider's refusal of a key must name the variable and quote the provider without the key", async () => {
  const message =
    "litellm.AuthenticationError: AuthenticationError: GroqException - Invalid API Key: gsk_abcd****wxyz.. Received Model Group=llama-3.3-70b\nAvailable Model Group Fallbacks=None";
  expect(await failureOf({ status: 401, type: "authentication_error", message })).toMatchObject({
    code: "provider-refused",
    message: "Groq refuses GROQ_API_KEY",
    evidence: ["llama-3.3-70b: 401 Invalid API Key: ***."],
    fixes: [
      { command: "goat-dev keys set GROQ_API_KEY", effect: "asks for another, hidden; then goat-dev up" },
      { command: "goat-dev logs litellm" },
    ],
  });
});

test("a provider that breaks off in the middle of its answer must be told as such", async () => {
  const breakWith = "litellm.APIConnectionError: APIConnectionError: GroqException - payload is not completed";
  expect(await failureOf({ words: ["Hel"], breakWith })).toMatchObject({
    code: "provider-refused",
    message: "Groq does not answer properly",
    evidence: ["llama-3.3-70b: payload is not completed"],
  });
});

test("a key that the gateway refuses must not be blamed on the provider", async () => {
  await using gateway = await startFakeGateway();
  const access = { ...gateway.access, key: "sk-other-key" };
  await expect(runExample(request(access))).rejects.toMatchObject({
    code: "gateway-refused",
    message: "litellm refuses the key in LITELLM_MASTER_KEY",
  });
  const own = {
    status: 401,
    type: "auth_error",
    message: "Authentication Error, Invalid proxy server token",
    own: true,
  };
  expect(await failureOf(own)).toMatchObject({ message: "litellm refuses the key in LITELLM_MASTER_KEY" });
});

test("a gateway that is gone must be told as such", async () => {
  let access: GatewayAccess | undefined;
  {
    await using gateway = await startFakeGateway();
    access = gateway.access;
  }
  await expect(runExample(request(access))).rejects.toMatchObject({
    code: "gateway-refused",
    message: `litellm does not answer at ${access.baseUrl}`,
  });
});

test.each([
  ["process.exit(3)", "the example client exited with status 3"],
  ["process.kill(process.pid, 'SIGKILL')", "the example client was ended by SIGKILL"],
  ["console.log('{}')", "the example client said something else than an answer"],
  ["console.log(JSON.stringify({ error: { name: 'Error', message: 'odd' } }))", "the example client failed"],
])("a broken example must be told as its own failure: %s", async (code, message) => {
  const broken = join(folder, "broken.mjs");
  await writeFile(broken, code);
  await using gateway = await startFakeGateway();
  await expect(runExample(request(gateway.access, { script: broken }))).rejects.toMatchObject({
    code: "example-failed",
    message,
  });
});

test("without Node.js the example must be told as not started", async () => {
  await using gateway = await startFakeGateway();
  await expect(runExample(request(gateway.access, { node: "/nowhere/node" }))).rejects.toMatchObject({
    code: "example-failed",
    message: "the example client could not start (ENOENT)",
  });
});

test("an abort must end the example", async () => {
  const waiting = join(folder, "waiting.mjs");
  await writeFile(waiting, "process.stderr.write('here'); setInterval(() => {}, 1000)");
  await using gateway = await startFakeGateway();
  const controller = new AbortController();
  const running = runExample(
    request(gateway.access, { script: waiting, signal: controller.signal, onText: () => controller.abort() }),
  );
  await expect(running).rejects.toMatchObject({ name: "AbortError" });
});

test("the copy that users take must ask for the openai package that is tested here", async () => {
  const manifest = async (path: string) => JSON.parse(await readFile(join(root, path), "utf8"));
  const copied = await manifest("templates/example/package.json");
  expect(copied.dependencies.openai).toBe((await manifest("package.json")).devDependencies.openai);
});
