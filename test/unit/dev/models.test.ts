import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { disabledModels, enableModel } from "../../../src/gateway/edit/switch.ts";

const dev = join(import.meta.dirname, "../../../dev");
const read = (name: string): string => readFileSync(join(dev, name), "utf8");

const localText = read("litellm-config.yaml");
const local = parse(localText);
const cloud = parse(read("litellm-config-modal.yaml"));
const catalogue: readonly {
  readonly key: string;
  readonly name: string;
  readonly app: string;
  readonly huggingFaceId: string;
  readonly gpu: string;
  readonly gpuCount: number;
  readonly assumed: readonly string[];
}[] = JSON.parse(read("vllm-models.json")).models;

const config = (text: string) => ({ path: "dev/litellm-config.yaml", text });

const withVllm = (): string => catalogue.reduce((text, { name }) => enableModel(config(text), name), localText);

describe("the two configs", () => {
  test("must hold the eleven models of the table, and the cloud's all of them active", () => {
    const table = cloud.model_list.map((entry: { model_name: string; litellm_params: { model: string } }) => [
      entry.model_name,
      entry.litellm_params.model,
    ]);
    expect(table).toEqual([
      ["gpt-4o-mini", "azure/gpt-4o-mini"],
      ["gpt-5-nano", "azure/gpt-5-nano"],
      ["gpt-5-mini", "azure/gpt-5-mini"],
      ["llama-3.3-70b", "groq/llama-3.3-70b-versatile"],
      ["text-embedding-3-small", "openai/text-embedding-3-small"],
      ["llama-3.1-8b-local", "openai/meta-llama/Llama-3.1-8B-Instruct"],
      ["qwen3-4b-local", "openai/Qwen/Qwen3-4B-Instruct-2507"],
      ["qwen3-30b-a3b-local", "openai/Qwen/Qwen3-30B-A3B-Instruct-2507"],
      ["qwen3-235b-local", "openai/Qwen/Qwen3-235B-A22B-Instruct-2507-FP8"],
      ["gpt-oss-20b-local", "openai/openai/gpt-oss-20b"],
      ["gpt-oss-120b-local", "openai/openai/gpt-oss-120b"],
    ]);
  });

  test("must be the same once the local one's vLLM entries are taken in, but for the database", () => {
    const { general_settings: settings, ...rest } = parse(withVllm());
    const { general_settings: cloudSettings, ...cloudRest } = cloud;
    expect(rest).toEqual(cloudRest);
    expect(settings).toEqual({
      ...cloudSettings,
      database_url: "os.environ/DATABASE_URL",
      proxy_batch_write_at: 2,
      user_api_key_cache_ttl: 5,
    });
    expect(cloudSettings).toEqual({ master_key: "os.environ/LITELLM_MASTER_KEY" });
  });

  test("must differ only in the database and in what is commented out, comments included", () => {
    const lines = (text: string): readonly string[] => text.split("\n").filter((line) => /^ *[^#\s]/.test(line));
    const active = lines(withVllm());
    const ofDatabase = /database_url|proxy_batch_write_at|user_api_key_cache_ttl/;
    expect(active.filter((line) => !ofDatabase.test(line))).toEqual(lines(read("litellm-config-modal.yaml")));
  });

  test("must leave out what a provider does not know, with the reason beside it", () => {
    for (const name of ["litellm-config.yaml", "litellm-config-modal.yaml"]) {
      expect(read(name)).toMatch(/# Critical: .*\n(?: *#.*\n)* *drop_params: true/);
      expect(parse(read(name)).litellm_settings).toEqual({
        drop_params: true,
        max_budget: 1000,
        budget_duration: "1mo",
        success_callback: ["langfuse"],
        failure_callback: ["langfuse"],
      });
    }
  });

  test("must say beside the vLLM entries why LiteLLM is kept from asking their servers", () => {
    for (const name of ["litellm-config.yaml", "litellm-config-modal.yaml"]) {
      expect(read(name)).toMatch(/# vLLM on Modal's GPUs.*\n(?: *#.*\n)* *# .* keep LiteLLM from asking the server/);
    }
  });

  test("must have Anthropic as an example that can be taken in", () => {
    const text = enableModel(config(localText), "claude-haiku-4-5");
    const added = parse(text).model_list.find(
      ({ model_name: name }: { model_name: string }) => name === "claude-haiku-4-5",
    );
    expect(added.litellm_params.model).toBe("anthropic/claude-haiku-4-5");
  });
});

describe("the catalogue of vLLM models", () => {
  test("must be what the configs route, and the local one has commented out", () => {
    const routed = cloud.model_list.filter(({ model_name: name }: { model_name: string }) => name.endsWith("-local"));
    expect(routed).toEqual(
      catalogue.map(({ name, app, huggingFaceId }) => ({
        model_name: name,
        litellm_params: {
          model: `openai/${huggingFaceId}`,
          api_base: `https://<workspace>-goat--${app}-serve.modal.run/v1`,
          api_key: "not-needed",
          use_clientside_credentials: true,
          additional_drop_params: ["use_clientside_credentials"],
        },
      })),
    );
    const disabled = disabledModels(config(localText)).map(({ name }) => name);
    expect(disabled).toEqual(["claude-haiku-4-5", ...catalogue.map(({ name }) => name)]);
    expect(local.model_list).toHaveLength(5);
  });

  test("must name each app after its key, its GPU, and what of it was never seen", () => {
    expect(catalogue.map(({ key, gpu }) => [key, gpu])).toEqual([
      ["llama-3-1-8b", "A10G"],
      ["qwen3-4b", "A10G"],
      ["qwen3-30b-a3b", "A10G"],
      ["qwen3-235b", "A100"],
      ["gpt-oss-20b", "H100"],
      ["gpt-oss-120b", "H100"],
    ]);
    for (const model of catalogue) {
      expect(model.app).toBe(`goat-vllm-${model.key}`);
      expect(model.gpuCount).toBeGreaterThan(0);
      expect(model.assumed).toContain("gpuCount");
    }
  });
});
