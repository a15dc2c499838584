import { expect, test } from "vitest";
import { checkPrices } from "../../../../src/doctor/checks/prices.ts";
import type { Provider, Route } from "../../../../src/gateway/routes.ts";

const route = (name: string, provider: Provider, line: number): Route => ({
  name,
  provider,
  upstream: `${provider}/${name}`,
  keyVariables: [],
  mode: "chat",
  apiBase: null,
  mock: false,
  line,
});

const info = (name: string, input: number | null) => ({
  name,
  price: { input, output: input, cachedInput: null },
  contextTokens: null,
  mostAnswer: null,
});

const uses = [
  route("new-model", "openai", 4),
  route("known", "openai", 8),
  route("own", "vllm", 12),
  route("free", "other", 16),
].map((one) => ({ route: one, obstacle: null }));

test("a paid model without a price must be told with its line, an own server's not", () => {
  const infos = [info("new-model", null), info("known", 0.1), info("own", null), info("free", null)];
  expect(checkPrices(uses, infos)).toEqual([
    {
      verdict: "warning",
      text: "LiteLLM knows no price of new-model, and counts its calls as free: give it a base_model under model_info, at line 4 of the LiteLLM config",
    },
  ]);
});

test("what the gateway does not tell of, or what cannot be asked, must not be told as unpriced", () => {
  expect(checkPrices(uses, [])).toEqual([]);
  const locked = uses.map((use) => ({ ...use, obstacle: "OPENAI_API_KEY is not set" }));
  expect(checkPrices(locked, [info("new-model", null)])).toEqual([]);
});
