import { expect, test } from "vitest";
import { compareModels, pickChatModel, type Route, usableRoutes } from "../../../src/gateway/routes.ts";
import { matches } from "../../../src/gateway/wildcards.ts";

const route = (name: string, more: Partial<Route> = {}): Route => ({
  name,
  provider: "groq",
  upstream: `groq/${name}`,
  keyVariables: ["GROQ_API_KEY"],
  mode: "chat",
  apiBase: null,
  mock: false,
  line: 1,
  ...more,
});

const azure = route("gpt-4o-mini", { provider: "azure", keyVariables: ["AZURE_API_KEY", "AZURE_API_BASE"] });
const llama = route("llama-3.3-70b");
const embedding = route("text-embedding-3-small", { mode: "embedding", keyVariables: ["OPENAI_API_KEY"] });
const routes = [azure, llama, embedding];

test("an unusable route must say which variables are not set, empty ones too", () => {
  expect(usableRoutes(routes, { AZURE_API_KEY: "", OPENAI_API_KEY: "x" }).map((use) => use.obstacle)).toEqual([
    "AZURE_API_KEY and AZURE_API_BASE are not set",
    "GROQ_API_KEY is not set",
    null,
  ]);
});

test("a mock route must be usable without any key", () => {
  expect(usableRoutes([route("m", { mock: true })], {})[0]?.obstacle).toBeNull();
});

test("without EVAL_MODEL the first chat model with its keys must be asked", () => {
  const variables = { GROQ_API_KEY: "x", OPENAI_API_KEY: "x" };
  expect(pickChatModel(routes, variables, undefined)).toEqual({ model: "llama-3.3-70b", route: llama });
  expect(pickChatModel(routes, variables, "")).toEqual({ model: "llama-3.3-70b", route: llama });
});

test("keys for an embedding alone must choose no chat model, without an error", () => {
  expect(pickChatModel(routes, { OPENAI_API_KEY: "x" }, undefined)).toBeNull();
});

const wild = (name: string, upstream: string, ...keyVariables: readonly string[]): Route =>
  route(name, { provider: "other", upstream, keyVariables });

test.each<readonly [Route, string | null]>([
  [wild("openai/*", "openai/*", "OPENAI_API_KEY"), "openai/gpt-5-nano"],
  [wild("anthropic/*", "anthropic/*", "ANTHROPIC_API_KEY"), null],
  [wild("my-*", "openai/*", "OPENAI_API_KEY"), "my-gpt-5-nano"],
  [wild("*", "openai/*", "OPENAI_API_KEY"), "gpt-5-nano"],
  [wild("*", "*"), "openai/gpt-5-nano"],
  [wild("chat-*", "openai/gpt-4o-mini", "OPENAI_API_KEY"), "chat-gpt-4o-mini"],
  [wild("azure/*", "azure/*"), null],
])("of a pattern a small model of a provider with its key must be asked: %j", (pattern, model) => {
  const choice = pickChatModel([pattern], { OPENAI_API_KEY: "x" }, undefined);
  expect(choice).toEqual(model === null ? null : { model, route: pattern });
});

test("a model with a name must be asked before one of a pattern, and EVAL_MODEL before both", () => {
  const all = [wild("openai/*", "openai/*"), llama];
  expect(pickChatModel(all, { GROQ_API_KEY: "x" }, undefined)?.model).toBe("llama-3.3-70b");
  expect(pickChatModel(all, { GROQ_API_KEY: "x" }, "openai/x")).toEqual({ model: "openai/x", route: all[0] });
  expect(pickChatModel([wild("*", "*")], {}, undefined)).toBeNull();
});

test("of several routes with one name the one that can be used must be taken", () => {
  const second = route("gpt-4o-mini", { provider: "openai", keyVariables: ["OPENAI_API_KEY"] });
  expect(pickChatModel([azure, second], { OPENAI_API_KEY: "x" }, "gpt-4o-mini")?.route).toBe(second);
});

test("an unknown EVAL_MODEL must be refused with the nearest name", () => {
  expect(() => pickChatModel(routes, {}, "lama-3.3-70b")).toThrow(
    expect.objectContaining({
      code: "usage",
      message: "EVAL_MODEL=lama-3.3-70b is not a model of the LiteLLM config; did you mean llama-3.3-70b?",
    }),
  );
  expect(() => pickChatModel(routes, {}, "something-else")).toThrow(
    expect.objectContaining({
      message: "EVAL_MODEL=something-else is not a model of the LiteLLM config",
      fixes: [{ command: "goat-dev up", effect: "with EVAL_MODEL unset or one of: gpt-4o-mini or llama-3.3-70b" }],
    }),
  );
});

test("an EVAL_MODEL without its key must be refused with the variable's name", () => {
  expect(() => pickChatModel(routes, {}, "llama-3.3-70b")).toThrow(
    expect.objectContaining({
      code: "no-provider-key",
      message: "EVAL_MODEL=llama-3.3-70b cannot be asked: GROQ_API_KEY is not set",
    }),
  );
});

test("an EVAL_MODEL that does not chat must be refused", () => {
  expect(() => pickChatModel(routes, { OPENAI_API_KEY: "x" }, "text-embedding-3-small")).toThrow(
    expect.objectContaining({ code: "usage", message: "EVAL_MODEL=text-embedding-3-small is not a chat model" }),
  );
});

test("missing and unexpected models must be named, a shared name once", () => {
  expect(compareModels(["gpt-4o-mini", "old"], [azure, azure, llama])).toEqual({
    missing: ["llama-3.3-70b"],
    unexpected: ["old"],
  });
});

test("a pattern must never be missing and must explain what it stands for", () => {
  expect(compareModels(["wild/a", "tame/b"], [route("wild/*")])).toEqual({ missing: [], unexpected: ["tame/b"] });
});

test.each([
  ["*", "anything/at-all", true],
  ["a.c", "abc", false],
  ["a.*", "a.b", true],
  ["a.*", "axb", false],
])("%s stands for %s: %s", (name, model, answer) => {
  expect(matches(name, model)).toBe(answer);
});
