import { describe, expect, test } from "vitest";
import { modalUrl, readCatalogue } from "../../../src/gateway/catalogue.ts";
import type { Route } from "../../../src/gateway/routes.ts";
import { modelRows } from "../../../src/gateway/rows.ts";

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

const info = (name: string, price: number | null) => ({
  name,
  price: { input: price, output: price, cachedInput: null },
  contextTokens: 8,
  mostAnswer: null,
});

describe("rows of models", () => {
  test("must say nothing that only the gateway knows where none answers", () => {
    const [row] = modelRows({ routes: [route("m")], disabled: [], variables: { GROQ_API_KEY: "k" }, view: null });
    expect(row).toMatchObject({
      served: null,
      contextTokens: null,
      inputPerMillionUsd: null,
      outputPerMillionUsd: null,
      usable: true,
    });
  });

  test("must give each entry of one name its own price, in the config's order", () => {
    const view = { listed: ["m"], infos: [info("m", 1.5e-7), info("other", 1), info("m", 2e-6)] };
    const rows = modelRows({ routes: [route("m"), route("m")], disabled: [], variables: {}, view });
    expect(rows.map((row) => row.inputPerMillionUsd)).toEqual([0.15, 2]);
  });

  test("must say why a model cannot be used", () => {
    const why = (more: Partial<Route>, view: { listed: readonly string[]; infos: [] } | null = null) =>
      modelRows({ routes: [route("m", more)], disabled: [], variables: {}, view })[0]?.obstacle;
    expect(why({})).toBe("GROQ_API_KEY is not set");
    expect(why({ keyVariables: [], apiBase: "https://<workspace>-goat--x" })).toBe(
      "<workspace> in its api_base is to be filled in",
    );
    expect(why({ mock: true })).toBeNull();
    expect(why({ mock: true }, { listed: [], infos: [] })).toBe("the gateway does not serve it yet: goat-dev up");
  });

  test("must tell how to take in what is commented out, and where an address is needed", () => {
    const disabled = [route("a"), route("b", { keyVariables: [], apiBase: "https://<workspace>-x" })];
    const rows = modelRows({ routes: [], disabled, variables: {}, view: null });
    expect(rows.map(({ obstacle }) => obstacle)).toEqual([
      "commented out: goat-dev models enable a",
      "commented out: goat-dev models enable b --workspace NAME",
    ]);
    expect(rows.every(({ commentedOut, usable }) => commentedOut && !usable)).toBe(true);
  });

  test("must call a provider that goat-dev has no name for by its prefix", () => {
    const [row] = modelRows({
      routes: [route("m", { provider: "other", upstream: "mistral/x" })],
      disabled: [],
      variables: {},
      view: null,
    });
    expect(row?.provider).toBe("mistral");
  });
});

describe("the catalogue", () => {
  test("must be refused where it is no list of models", () => {
    for (const text of [
      "",
      "[]",
      '{"models":[{}]}',
      '{"models":[{"key":"a","name":"","app":"b","huggingFaceId":"c"}]}',
    ]) {
      expect(() => readCatalogue(text, "dev/vllm-models.json")).toThrow(expect.objectContaining({ code: "internal" }));
    }
  });

  test("must name a model's address as Modal does", () => {
    expect(modalUrl("goat-vllm-llama-3-1-8b", "phare", "goat")).toBe(
      "https://phare-goat--goat-vllm-llama-3-1-8b-serve.modal.run/v1",
    );
    expect(modalUrl("app", "phare", "")).toBe("https://phare--app-serve.modal.run/v1");
  });
});
