import { expect, test } from "vitest";
import { explainFailure } from "../../../src/gateway/refusals.ts";
import type { Route } from "../../../src/gateway/routes.ts";

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

const failure = (status: number, type: string, message: string, more: Partial<Route> = {}) =>
  explainFailure(
    { status, type, code: String(status), message },
    { baseUrl: "http://127.0.0.1:4000/v1", key: "sk-test-key", service: "litellm" },
    { model: route.name, route: { ...route, ...more } },
  );

test.each([
  [404, "Groq knows no groq/llama-3.3-70b-versatile", "goat-dev up"],
  [429, "Groq accepts the key, but takes no more calls for now", "goat-dev up --example"],
  [400, "Groq refuses the example's question", "goat-dev up --example"],
  [500, "Groq does not answer properly", "goat-dev up --example"],
])("a provider's %d must be told as what to do about it", (status, words, command) => {
  const message = "litellm.SomeError: SomeError: GroqException - its own words";
  expect(failure(status, "some_error", message)).toMatchObject({
    code: "provider-refused",
    message: words,
    evidence: [`llama-3.3-70b: ${status} its own words`],
    fixes: [{ command }, { command: "goat-dev logs litellm" }],
  });
});

test("a provider that no connection reaches must not be told as one that refuses", () => {
  const message =
    "litellm.InternalServerError: GroqException - Cannot connect to host api.groq.com:443 [Name or service not known]";
  expect(failure(500, "internal_server_error", message)).toMatchObject({
    code: "provider-refused",
    message: "litellm cannot reach Groq",
    evidence: [expect.stringContaining("api.groq.com:443")],
  });
});

test.each([
  ["budget_exceeded", 429, "Budget has been exceeded! Current cost: 11", "the budget of litellm is spent"],
  ["budget_exceeded", 400, "Budget has been exceeded! Current cost: 11", "the budget of litellm is spent"],
  [
    "all_deployments_in_cooldown",
    429,
    "No deployments available for selected model, Try again in 5 seconds.",
    "litellm pauses llama-3.3-70b for some seconds: its provider refused before",
  ],
  [
    "invalid_request_error",
    400,
    "/chat/completions: Invalid model name passed in model=x.",
    "litellm cannot answer the example's question (400)",
  ],
])("the gateway's own %s (%d) must not be blamed on the provider", (type, status, words, message) => {
  expect(failure(status, type, words)).toMatchObject({ code: "gateway-refused", message });
});

test("Azure's refusal must name both of its variables, since either can be wrong", () => {
  const azure = { provider: "azure", keyVariables: ["AZURE_API_KEY", "AZURE_API_BASE"] } as const;
  const message = "litellm.AuthenticationError: AuthenticationError: AzureException - Access denied";
  expect(failure(401, "authentication_error", message, azure).message).toBe(
    "Azure refuses AZURE_API_KEY or AZURE_API_BASE",
  );
});

test.each([
  ["The API deployment for this resource does not exist.", "Azure has no deployment gpt-nowhere"],
  ["Resource not found", "Azure finds nothing for azure/gpt-nowhere: its api_base or api_version is not right"],
])("of Azure's 404 it must be told what was not found: %s", (words, said) => {
  const message = `litellm.NotFoundError: AzureException - ${words}`;
  const azure = { provider: "azure", upstream: "azure/gpt-nowhere" } as const;
  expect(failure(404, "x", message, azure)).toMatchObject({
    message: said,
    fixes: [{ effect: expect.stringContaining("line 7 of the LiteLLM config") }, {}],
  });
});

test("a key that is refused must be asked for anew", () => {
  expect(failure(401, "x", "litellm.AuthenticationError: GroqException - no").fixes[0]).toEqual({
    command: "goat-dev keys set GROQ_API_KEY",
    effect: "asks for another, hidden; then goat-dev up",
  });
});

test("a key that stands in the config itself must be looked for there", () => {
  const message = "litellm.AuthenticationError: GroqException - no";
  expect(failure(401, "authentication_error", message, { keyVariables: [] })).toMatchObject({
    message: "Groq refuses the key of the LiteLLM config",
    fixes: [{ effect: "once the key of the LiteLLM config is replaced" }, {}],
  });
});

test.each([
  ["sk-proj-abcd********wxyz", "key"],
  ["gsk_AbCdEfGh12345678", "key"],
  ["sk-ant-api03-abc_def-ghi", "key"],
  ["0123456789abcdef0123456789abcdef", "key"],
  ["Bearer abcdef", "key"],
  ["Qwen3-235B-A22B-Instruct-2507-FP8", "word"],
  ["task-management", "word"],
])("what looks like a key must be masked, what does not must stay: %s is a %s", (piece, kind) => {
  const { evidence } = failure(400, "x", `litellm.BadRequestError: GroqException - about ${piece} here`);
  if (kind === "key") expect(evidence.join()).not.toContain(piece);
  else expect(evidence.join()).toContain(`about ${piece} here`);
});
