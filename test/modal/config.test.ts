import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { parse } from "yaml";
import { root, run, scripts } from "./probe.ts";

const { missing, sdk } = inject("modal");

interface Config {
  readonly model_list?: readonly {
    readonly model_name: string;
    readonly litellm_params: Readonly<Record<string, unknown>>;
  }[];
  readonly litellm_settings?: Readonly<Record<string, unknown>> | null;
  readonly general_settings?: Readonly<Record<string, unknown>>;
}

const code = `
import json, sys
sys.path.insert(0, sys.argv[1])
from modal_gateway import gateway_environment, prepare
config, environment = json.loads(sys.argv[2]), json.loads(sys.argv[3])
notes = prepare(config, environment)
print(json.dumps({"config": config, "notes": notes, "environment": gateway_environment(environment)}))
`;

/** The config as the gateway in the cloud would start with. */
const prepare = async (config: Config, variables: Readonly<Record<string, string>> = {}) => {
  const args = ["-c", code, scripts, JSON.stringify(config), JSON.stringify(variables)];
  const { status, stdout, stderr } = await run(sdk, args);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as {
    readonly config: Config;
    readonly notes: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
  };
};

const local = (base: string, more: object = {}) => ({
  model_list: [{ model_name: "a-local", litellm_params: { model: "openai/org/a", api_base: base, ...more } }],
});
const placeholder = "https://<workspace>-goat--goat-vllm-a-serve.modal.run/v1";
const langfuse = { LANGFUSE_HOST: "https://lf.example", LANGFUSE_PUBLIC_KEY: "pk", LANGFUSE_SECRET_KEY: "sk" };

describe.skipIf(missing !== null)("the config of the gateway in the cloud", () => {
  test.for([
    ["https://phare-goat--goat-services-litellm.modal.run", "", "https://phare-goat--goat-vllm-a-serve.modal.run/v1"],
    ["https://phare-lab--goat-services-litellm.modal.run", "", "https://phare-lab--goat-vllm-a-serve.modal.run/v1"],
    ["https://phare--goat-services-litellm-dev.modal.run", "", "https://phare--goat-vllm-a-serve.modal.run/v1"],
    ["", "phare", "https://phare-goat--goat-vllm-a-serve.modal.run/v1"],
    [
      "https://phare-lab--goat-services-litellm.modal.run",
      "other",
      "https://phare-lab--goat-vllm-a-serve.modal.run/v1",
    ],
    ["https://gateway.example", "phare", "https://phare-goat--goat-vllm-a-serve.modal.run/v1"],
  ] as const)(
    "must point at the apps beside the gateway at '%s', workspace '%s'",
    async ([own, workspace, address]) => {
      const variables = { GOAT_GATEWAY_URL: own, GOAT_MODAL_WORKSPACE: workspace };
      const { config, notes } = await prepare(local(placeholder), variables);
      expect(config.model_list?.[0]?.litellm_params["api_base"]).toBe(address);
      expect(notes).toEqual([]);
    },
  );

  test("must leave out a model whose workspace nobody knows, and say which", async () => {
    const { config, notes } = await prepare(local(placeholder));
    expect(config.model_list).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(/^left out a-local: .*GOAT_MODAL_WORKSPACE/)]);
  });

  test("must leave other addresses as they are, references to variables too", async () => {
    const azure = {
      model_list: [{ model_name: "a", litellm_params: { model: "azure/a", api_base: "os.environ/AZURE_API_BASE" } }],
    };
    expect((await prepare(azure)).config.model_list).toEqual(azure.model_list);
  });

  test("must keep what an entry drops already when it keeps LiteLLM from asking its address", async () => {
    const { config } = await prepare(local("https://own.example/v1", { additional_drop_params: ["logit_bias"] }));
    const params = config.model_list?.[0]?.litellm_params;
    expect(params).toMatchObject({
      use_clientside_credentials: true,
      additional_drop_params: ["logit_bias", "use_clientside_credentials"],
    });
    const again = await prepare(config);
    expect(again.config.model_list).toEqual(config.model_list);
  });

  test("must add nothing to the entries as shipped, which keep LiteLLM from asking by themselves", async () => {
    const shipped: Config = parse(readFileSync(join(root, "dev/litellm-config-modal.yaml"), "utf8"));
    const { config } = await prepare(shipped, { GOAT_MODAL_WORKSPACE: "phare" });
    const filled = JSON.parse(JSON.stringify(shipped.model_list).replaceAll("<workspace>", "phare"));
    expect(config.model_list).toEqual(filled);
  });

  test.for([
    [["langfuse"], undefined],
    ["langfuse", undefined],
    [["langfuse_otel", "prometheus"], ["prometheus"]],
    ["prometheus", ["prometheus"]],
  ] as const)("must make the callbacks %o into %o where no Langfuse is configured", async ([before, after]) => {
    const { config } = await prepare({ litellm_settings: { success_callback: before, failure_callback: before } });
    expect(config.litellm_settings?.["success_callback"]).toEqual(after);
    expect(config.litellm_settings?.["failure_callback"]).toEqual(after);
  });

  test.for(Object.keys(langfuse))("must leave the callbacks out where only %s is missing", async (name) => {
    const settings = { success_callback: ["langfuse"] };
    const all = await prepare({ litellm_settings: settings }, langfuse);
    expect(all.config.litellm_settings).toMatchObject(settings);
    expect(all.notes).toEqual([]);
    const some = await prepare({ litellm_settings: settings }, { ...langfuse, [name]: "" });
    expect(some.config.litellm_settings).not.toHaveProperty("success_callback");
    expect(some.notes).toHaveLength(1);
  });

  test("must know of no database, whatever config and environment say", async () => {
    const variables = { DATABASE_URL: "postgresql://x", DIRECT_URL: "postgresql://x", HOST: "elsewhere", OWN: "1" };
    const { config, environment } = await prepare(
      { litellm_settings: null, general_settings: { master_key: "m", database_url: "os.environ/DATABASE_URL" } },
      variables,
    );
    expect(config.general_settings).toEqual({ master_key: "m" });
    expect(Object.keys(environment)).toEqual(expect.arrayContaining(["OWN", "LITELLM_MODE"]));
    for (const name of ["DATABASE_URL", "DIRECT_URL", "HOST"]) expect(environment).not.toHaveProperty(name);
  });
});
