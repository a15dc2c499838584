import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { listModels, modelInfo } from "../../../src/gateway/access.ts";
import { proveModels } from "../../../src/gateway/probe.ts";
import type { Route } from "../../../src/gateway/routes.ts";
import { modelList, startFakeGateway } from "./fake-gateway.ts";

const open = (): AbortSignal => new AbortController().signal;
const route = (name: string, keyVariables: readonly string[] = []): Route => ({
  name,
  provider: "groq",
  upstream: `groq/${name}`,
  keyVariables,
  mode: "chat",
  apiBase: null,
  mock: false,
  line: 1,
});

test("the names the gateway serves must be listed", async () => {
  await using gateway = await startFakeGateway({ models: modelList("a", "b") });
  expect(await listModels(gateway.access, open())).toEqual(["a", "b"]);
});

test("a base URL with a slash at its end must work as well", async () => {
  await using gateway = await startFakeGateway({ models: modelList("a") });
  expect(await listModels({ ...gateway.access, baseUrl: `${gateway.access.baseUrl}/` }, open())).toEqual(["a"]);
});

test("a wrong key must be told as such, although LiteLLM speaks of a database, and must not be shown", async () => {
  await using gateway = await startFakeGateway();
  const error = await listModels({ ...gateway.access, key: "sk-other-key" }, open()).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: "gateway-refused",
    message: "litellm refuses the key in LITELLM_MASTER_KEY",
    evidence: ["GET /v1/models answers 400: No connected db."],
    fixes: [{ command: "goat-dev restart litellm" }],
  });
  expect(JSON.stringify(error)).not.toContain("sk-other-key");
});

test("a gateway that is not there must be told with the address and the reason", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const access = { baseUrl: `http://127.0.0.1:${port}/v1`, key: "sk-test-key", service: "litellm" };
  await expect(listModels(access, open())).rejects.toMatchObject({
    code: "gateway-refused",
    message: `litellm does not answer at http://127.0.0.1:${port}/v1`,
    evidence: ["ECONNREFUSED"],
  });
});

test("something else on the gateway's port must be told as not LiteLLM", async () => {
  await using gateway = await startFakeGateway({ models: { hello: "world" } });
  await expect(listModels(gateway.access, open())).rejects.toMatchObject({
    code: "gateway-refused",
    message: `what answers at ${gateway.access.baseUrl}/models is not LiteLLM`,
    evidence: ['/v1/models answers 200 application/json: {"hello":"world"}'],
  });
});

test("another status must be told with the gateway's own words", async () => {
  await using gateway = await startFakeGateway();
  const access = { ...gateway.access, baseUrl: gateway.access.baseUrl.replace("/v1", "/v2") };
  await expect(listModels(access, open())).rejects.toMatchObject({
    code: "gateway-refused",
    message: "litellm cannot answer GET /v2/models (404)",
    fixes: [{ command: "goat-dev logs litellm" }],
  });
});

test("an aborted question must end as an abort", async () => {
  await using gateway = await startFakeGateway();
  await expect(listModels(gateway.access, AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
});

test("an unknown price or context must be null, never 0, and a free output of an embedding stays 0", async () => {
  const entry = (model_name: string, input: unknown, output: unknown) => ({
    model_name,
    model_info: { input_cost_per_token: input, output_cost_per_token: output },
  });
  const data = [
    {
      ...entry("priced", 1e-6, 2e-6),
      model_info: { ...entry("priced", 1e-6, 2e-6).model_info, max_input_tokens: 8191, max_tokens: 9 },
    },
    { ...entry("zero", 0, 0), model_info: { input_cost_per_token: 0, output_cost_per_token: 0, max_tokens: 4096 } },
    entry("none", null, undefined),
    entry("embed", 1e-8, 0),
  ];
  await using gateway = await startFakeGateway({ info: { data: [...data, { model_name: "bare" }, "junk"] } });
  expect(await modelInfo(gateway.access, open())).toEqual([
    { name: "priced", price: { input: 1e-6, output: 2e-6, cachedInput: null }, contextTokens: 8191, mostAnswer: null },
    { name: "zero", price: { input: null, output: null, cachedInput: null }, contextTokens: 4096, mostAnswer: null },
    { name: "none", price: { input: null, output: null, cachedInput: null }, contextTokens: null, mostAnswer: null },
    { name: "embed", price: { input: 1e-8, output: 0, cachedInput: null }, contextTokens: null, mostAnswer: null },
    { name: "bare", price: { input: null, output: null, cachedInput: null }, contextTokens: null, mostAnswer: null },
  ]);
});

test("a proof must tell what is usable and what nobody asked for", async () => {
  await using gateway = await startFakeGateway({ models: modelList("a", "b", "old") });
  const routes = [route("a", ["A_KEY"]), route("b", ["B_KEY"])];
  const proof = await proveModels(gateway.access, routes, { A_KEY: "x" }, open());
  expect(proof).toMatchObject({ listed: ["a", "b", "old"], unexpected: ["old"], usable: ["a"] });
  expect(proof.uses[1]?.obstacle).toBe("B_KEY is not set");
});

test("models that the gateway does not serve must fail the proof by name", async () => {
  await using gateway = await startFakeGateway({ models: modelList("a", "old") });
  await expect(proveModels(gateway.access, [route("a"), route("b")], {}, open())).rejects.toMatchObject({
    code: "models-missing",
    message: "litellm does not serve b",
    evidence: ["GET /v1/models lacks 1 name of its config", "listed, but not in the config: old"],
  });
});
