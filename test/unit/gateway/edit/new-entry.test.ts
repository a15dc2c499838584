import { describe, expect, test } from "vitest";
import { type EntryRequest, entryData, newEntry, variablesOf } from "../../../../src/gateway/edit/new-entry.ts";

const request = (more: Partial<EntryRequest>): EntryRequest => ({
  name: "m",
  route: "groq/m",
  apiBase: undefined,
  key: undefined,
  apiVersion: undefined,
  baseModel: undefined,
  mode: undefined,
  vllm: false,
  ...more,
});

const params = (more: Partial<EntryRequest>) => newEntry(request(more)).params;

describe("a new entry", () => {
  test("must take the provider's own variable for the key", () => {
    expect(params({ route: "anthropic/claude-sonnet-4-5" })).toEqual({
      model: "anthropic/claude-sonnet-4-5",
      api_key: "os.environ/ANTHROPIC_API_KEY",
    });
    expect(params({ route: "mistral/m", key: "MY_KEY" })).toEqual({ model: "mistral/m", api_key: "os.environ/MY_KEY" });
    expect(params({ route: "mistral/m", key: "os.environ/MY_KEY" })["api_key"]).toBe("os.environ/MY_KEY");
  });

  test("of Azure must have base and version", () => {
    const entry = newEntry(request({ route: "azure/dep", baseModel: "azure/gpt-4o" }));
    expect(entryData(entry)).toEqual({
      model_name: "m",
      litellm_params: {
        model: "azure/dep",
        api_key: "os.environ/AZURE_API_KEY",
        api_base: "os.environ/AZURE_API_BASE",
        api_version: "2024-06-01",
      },
      model_info: { base_model: "azure/gpt-4o" },
    });
    expect(variablesOf(entry)).toEqual(["AZURE_API_KEY", "AZURE_API_BASE"]);
  });

  test("of a server elsewhere must speak OpenAI's protocol and send it no provider's key unasked", () => {
    const apiBase = "https://host/v1/";
    expect(params({ route: "openai/x", apiBase })).toEqual({
      model: "openai/x",
      api_base: "https://host/v1",
      api_key: "not-needed",
    });
    expect(params({ route: "mine/x", apiBase, key: "MY_KEY" })).toEqual({
      model: "openai/mine/x",
      api_base: "https://host/v1",
      api_key: "os.environ/MY_KEY",
    });
    expect(params({ route: "hosted_vllm/x", apiBase })["model"]).toBe("hosted_vllm/x");
  });

  test.each(["openai/x", "hosted_vllm/x"])("of vLLM as %s must let its GPU sleep", (route) => {
    expect(params({ route, apiBase: "https://host/v1", vllm: true })).toEqual({
      model: route,
      api_base: "https://host/v1",
      api_key: "not-needed",
      use_clientside_credentials: true,
      additional_drop_params: ["use_clientside_credentials"],
    });
  });

  test.each([
    [{ name: "" }],
    [{ name: "a b" }],
    [{ name: "a\u0000" }],
    [{ name: "-a" }],
    [{ name: "x".repeat(129) }],
    [{ name: "sk-abcdefghijklmnopqrstuvwx" }],
    [{ route: "" }],
    [{ route: "groq" }],
    [{ route: "groq/" }],
    [{ route: "groq/a b" }],
    [{ route: "groq/sk-abcdefghijklmnopqrstuvwx" }],
    [{ route: "what/x" }],
    [{ key: "sk-abcdefghijklmnopqrstuvwx" }],
    [{ key: "0123456789ABCDEF0123456789ABCDEF" }],
    [{ apiBase: "ftp://host" }],
    [{ apiBase: "https://user:secret@host/v1" }],
    [{ apiBase: "https://host/v1?key=secret" }],
    [{ mode: "image" }],
    [{ baseModel: "a: b" }],
  ])("%j must be refused, and no secret repeated", (more) => {
    expect(() => newEntry(request(more))).toThrow(expect.objectContaining({ code: "usage" }));
    expect(() => newEntry(request(more))).not.toThrow(/abcdefgh|secret|0123456789ABCDEF/);
  });
});
