import { describe, expect, test } from "vitest";
import { costOf, createClient, fetchPricing, GatewayError } from "../../../src/client/client.ts";
import { startHttp } from "../../support/fake-server.ts";

const entry = (name: string, info: object): object => ({ model_name: name, litellm_params: {}, model_info: info });

const list = [
  entry("gpt-5-mini", { input_cost_per_token: 1e-6, output_cost_per_token: 2e-6, cache_read_input_token_cost: 1e-7 }),
  entry("gpt-5-nano", { input_cost_per_token: 0, output_cost_per_token: 0, max_tokens: null }),
  entry("qwen3-4b-local", {}),
  entry("pooled", { input_cost_per_token: null }),
  entry("pooled", { input_cost_per_token: 3e-6, output_cost_per_token: "free" }),
  entry("emb", { input_cost_per_token: 2e-8, output_cost_per_token: 0 }),
  { model_info: {} },
  null,
];

const open = async () => {
  const asked: string[] = [];
  let status = 200;
  const server = await startHttp((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization}`);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ data: list }));
  });
  const gateway = createClient({ baseURL: `${server.baseUrl}/v1`, apiKey: "sk-test" }, { maxRetries: 0 });
  return { server, gateway, asked, fail: () => (status = 500) };
};

describe("prices", () => {
  test("must come from /model/info per token, null where the gateway knows none", async () => {
    const { server, gateway, asked } = await open();
    await using _server = server;
    const { models, ageMs } = await fetchPricing(gateway);
    expect(asked).toEqual(["/v1/model/info Bearer sk-test"]);
    expect(ageMs).toBe(0);
    expect(Object.fromEntries(models)).toEqual({
      "gpt-5-mini": { input: 1e-6, output: 2e-6, cachedInput: 1e-7 },
      "gpt-5-nano": { input: null, output: null, cachedInput: null },
      "qwen3-4b-local": { input: null, output: null, cachedInput: null },
      pooled: { input: 3e-6, output: null, cachedInput: null },
      emb: { input: 2e-8, output: 0, cachedInput: null },
    });
  });

  test("must be kept with their age, fetched anew when too old, and outlive a gateway that fails", async () => {
    const { server, gateway, asked, fail } = await open();
    await using _server = server;
    let time = 1_000;
    const ask = () => fetchPricing(gateway, { maxAgeMs: 60_000, now: () => time });
    await ask();
    time += 60_000;
    expect((await ask()).ageMs).toBe(60_000);
    expect(asked).toHaveLength(1);
    time += 1;
    expect((await ask()).ageMs).toBe(0);
    expect(asked).toHaveLength(2);
    fail();
    time += 90_000;
    const stale = await ask();
    expect(asked).toHaveLength(3);
    expect(stale.ageMs).toBe(90_000);
    expect(stale.models.size).toBe(5);
  });

  test("must be a typed failure where there were none before, and the signal's reason where it was aborted", async () => {
    const { server, gateway, fail } = await open();
    await using _server = server;
    await expect(fetchPricing(gateway, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
    fail();
    await expect(fetchPricing(gateway)).rejects.toBeInstanceOf(GatewayError);
  });
});

describe("costOf", () => {
  const price = { input: 1e-6, output: 2e-6, cachedInput: 1e-7 };

  test("must add up prompt and answer, cached tokens at their own price", () => {
    expect(costOf({ prompt_tokens: 100, completion_tokens: 10 }, price)).toBeCloseTo(120e-6, 12);
    const cached = { prompt_tokens: 100, completion_tokens: 10, prompt_tokens_details: { cached_tokens: 60 } };
    expect(costOf(cached, price)).toBeCloseTo(66e-6, 12);
    expect(costOf(cached, { ...price, cachedInput: null })).toBeCloseTo(120e-6, 12);
  });

  test("must be null where a price that is needed is unknown, and never guess", () => {
    expect(costOf({ prompt_tokens: 1, completion_tokens: 1 }, undefined)).toBeNull();
    expect(costOf({ prompt_tokens: 1, completion_tokens: 1 }, { ...price, output: null })).toBeNull();
    expect(costOf({ prompt_tokens: 1, completion_tokens: 1 }, { ...price, input: null })).toBeNull();
    expect(costOf({ prompt_tokens: 10 }, { ...price, output: null })).toBeCloseTo(10e-6, 12);
  });
});
