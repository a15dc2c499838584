import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gatewayConfig } from "../../../src/client/client.ts";

const names = [
  "EXECUTOR_LITELLM_KEY",
  "LITELLM_MASTER_KEY",
  "LITELLM_API_KEY",
  "OPENAI_API_KEY",
  "LITELLM_BASE_URL",
  "OPENAI_BASE_URL",
] as const;

describe("gatewayConfig", () => {
  test("must find a local gateway where nothing is set, and no key", () => {
    expect(gatewayConfig({})).toEqual({ baseURL: "http://127.0.0.1:4000/v1", apiKey: null });
  });

  test("must take the key of the first variable in its order", () => {
    const env = { EXECUTOR_LITELLM_KEY: "a", LITELLM_MASTER_KEY: "b", LITELLM_API_KEY: "c" };
    expect(gatewayConfig(env).apiKey).toBe("a");
    expect(gatewayConfig({ ...env, EXECUTOR_LITELLM_KEY: " " }).apiKey).toBe("b");
    expect(gatewayConfig({ LITELLM_API_KEY: "c" }).apiKey).toBe("c");
  });

  test("must take OPENAI_API_KEY only together with the address that it belongs to", () => {
    const openai = { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "http://gateway:4000/v1/" };
    expect(gatewayConfig(openai)).toEqual({ baseURL: "http://gateway:4000/v1", apiKey: "k" });
    expect(gatewayConfig({ OPENAI_API_KEY: "sk-of-openai" }).apiKey).toBeNull();
    const elsewhere = { ...openai, LITELLM_BASE_URL: "http://other:4000" };
    expect(gatewayConfig(elsewhere)).toEqual({ baseURL: "http://other:4000", apiKey: null });
  });

  test("must hold its order whatever is set", () => {
    const values = fc.constantFrom(undefined, "", "  ", "one", " two ");
    const envs = fc.record(Object.fromEntries(names.map((name) => [name, values])));
    fc.assert(
      fc.property(envs, (env) => {
        const set = (name: string): string | null => env[name]?.trim() || null;
        const { baseURL, apiKey } = gatewayConfig(env);
        const own = set("EXECUTOR_LITELLM_KEY") ?? set("LITELLM_MASTER_KEY") ?? set("LITELLM_API_KEY");
        const url = set("LITELLM_BASE_URL") ?? set("OPENAI_BASE_URL") ?? "http://127.0.0.1:4000/v1";
        expect(baseURL).toBe(url);
        if (own !== null) expect(apiKey).toBe(own);
        else if (set("LITELLM_BASE_URL") !== null || set("OPENAI_BASE_URL") === null) expect(apiKey).toBeNull();
        else expect(apiKey).toBe(set("OPENAI_API_KEY"));
      }),
    );
  });
});
