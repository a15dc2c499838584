import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { tempFolder, writeFiles } from "../support/temp.ts";
import { load, loadInContainer, part, readJson, root, run, stepsOf } from "./probe.ts";

interface Entry {
  readonly key: string;
  readonly app: string;
  readonly huggingFaceId: string;
  readonly gpuCount: number;
  readonly modalGpu: string;
  readonly script: string;
  readonly gated: boolean;
  readonly maxModelLen: number;
  readonly maxInputs: number;
  readonly scaledownSeconds: number;
  readonly coldStartSeconds: number;
  readonly firstStartSeconds: number;
  readonly startupSeconds: number;
  readonly assumed: readonly string[];
}

const { missing, sdk } = inject("modal");
const models: readonly Entry[] = readJson("dev/vllm-models.json").models;
const known = readJson("test/fixtures/modal/vllm-arguments.json");

const variableOf = ({ script }: Entry): string => (script === "modal_gpt_oss.py" ? "GPT_OSS_MODEL" : "VLLM_MODEL");
const loadModel = async (model: Entry) => {
  const { app, functions } = await load(model.script, { [variableOf(model)]: model.key });
  return { app, serve: part(functions["serve"]), download: part(functions["download"]) };
};

/** `--name value…` as vLLM's parser takes them apart. */
const argumentsOf = (command: readonly string[]): Readonly<Record<string, string>> => {
  const found: Record<string, string> = {};
  for (const [at, word] of command.entries()) {
    const next = command[at + 1];
    if (word.startsWith("--")) found[word] = next === undefined || next.startsWith("--") ? "" : next;
  }
  return found;
};

describe.skipIf(missing !== null)("a model's script", () => {
  test.for(models.map((model) => [model.key, model] as const))(
    "must serve %s as an app of its own, on the table's GPUs and within its limits",
    async ([, model]) => {
      const { app, serve, download } = await loadModel(model);
      expect(app).toBe(model.app);
      expect(serve).toMatchObject({
        gpu: model.gpuCount === 1 ? model.modalGpu : `${model.modalGpu}:${model.gpuCount}`,
        port: 8000,
        concurrent: { max_inputs: model.maxInputs },
        min_containers: 0,
        max_containers: 1,
        scaledown_window: model.scaledownSeconds,
        startup_timeout: model.startupSeconds,
        portOptions: { startup_timeout: model.startupSeconds },
      });
      const secrets = model.gated ? [{ name: "goat-hf-token", needs: ["HF_TOKEN"] }] : [];
      expect(serve.secrets).toEqual(secrets);
      expect(download.secrets).toEqual(secrets);
      expect(download.gpu).toBeUndefined();
      for (const { volumes } of [serve, download]) {
        expect(volumes).toMatchObject({ "/root/.cache/huggingface": "goat-vllm-weights" });
      }
    },
  );

  test.for(models.map((model) => [model.key, model] as const))(
    "must start %s with arguments that this vLLM documents",
    async ([, model]) => {
      const { serve } = await loadModel(model);
      const [program, verb, id, ...rest] = part(serve).starts?.[0].command ?? [];
      expect([program, verb, id]).toEqual(["vllm", "serve", model.huggingFaceId]);
      expect(stepsOf(serve, "from_registry")[0]?.args).toEqual([`vllm/vllm-openai:v${known.version}`]);
      const given = argumentsOf(rest);
      for (const name of Object.keys(given)) expect(known.arguments).toContain(name);
      expect(given).toMatchObject({
        // What LiteLLM asks for: the route without its provider.
        "--served-model-name": model.huggingFaceId,
        "--host": "0.0.0.0",
        "--port": "8000",
        "--tensor-parallel-size": String(model.gpuCount),
        "--max-model-len": String(model.maxModelLen),
        "--max-num-seqs": String(model.maxInputs),
        "--enable-auto-tool-choice": "",
      });
      expect(known.toolCallParsers).toContain(given["--tool-call-parser"]);
      const template = given["--chat-template"];
      if (template !== undefined) {
        expect(template).toMatch(/^\/vllm-workspace\/examples\//);
        expect(known.chatTemplates).toContain(template.split("/").at(-1));
      }
    },
  );

  test.for(["modal_vllm.py", "modal_gpt_oss.py"])(
    "%s must find the same model again in its container, from what its image brings",
    async (script) => {
      const model = models.findLast((entry) => entry.script === script) as Entry;
      const { serve, download } = await loadModel(model);
      for (const declared of [serve, download]) {
        const again = await loadInContainer(script, declared);
        expect(again.app).toBe(model.app);
        expect(part(again.functions["serve"]).starts).toEqual(serve.starts);
      }
    },
  );

  test("must take a project's own table where GOAT_DEV_FOLDER says", async () => {
    const folder = tempFolder();
    const [first] = models;
    const own = { ...first, key: "own-model", app: "goat-vllm-own-model" };
    writeFiles(folder, { "vllm-models.json": JSON.stringify({ models: [own] }) });
    const { app } = await load("modal_vllm.py", { VLLM_MODEL: "own-model", GOAT_DEV_FOLDER: folder });
    expect(app).toBe("goat-vllm-own-model");
  });
});

/** The real command-line program; it reads the script before it asks for a token. */
const deploy = (script: string, variables: Readonly<Record<string, string>>) =>
  run(join(sdk, "..", "modal"), ["deploy", join(root, "scripts", script), "--env", "goat"], {
    MODAL_CONFIG_PATH: join(tempFolder(), "none.toml"),
    COLUMNS: "200",
    ...variables,
  });

describe.skipIf(missing !== null)("modal deploy", () => {
  test.for([
    ["modal_vllm.py", { VLLM_MODEL: "qwen3-30b" }, "Did you mean qwen3-30b-a3b?"],
    ["modal_vllm.py", { VLLM_MODEL: "Llama-3.1-8B" }, "Did you mean llama-3-1-8b?"],
    ["modal_gpt_oss.py", { GPT_OSS_MODEL: "120b" }, "Did you mean gpt-oss-120b?"],
    ["modal_vllm.py", {}, "VLLM_MODEL is not set. One of: llama-3-1-8b, qwen3-4b, qwen3-30b-a3b, qwen3-235b"],
    ["modal_gpt_oss.py", {}, "GPT_OSS_MODEL=gpt-oss-20b modal deploy scripts/modal_gpt_oss.py --env goat"],
    ["modal_vllm.py", { VLLM_MODEL: "gpt-oss-20b" }, "GPT_OSS_MODEL=gpt-oss-20b modal deploy scripts/modal_gpt_oss.py"],
    ["modal_services.py", { GOAT_LANGFUSE: "yes" }, "GOAT_LANGFUSE is 'yes'; it can be secret, beside, off"],
  ] as const)("of %s with %o must end with one sentence, not a traceback", async ([script, variables, sentence]) => {
    const { status, stdout, stderr } = await deploy(script, variables);
    expect(status).toBe(1);
    expect(stderr).toContain(sentence);
    expect(stdout + stderr).not.toContain("Traceback");
  });

  test("must say which table cannot be read", async () => {
    const folder = tempFolder();
    writeFiles(folder, { "vllm-models.json": '{ "models": [{ "key": "x" }] }' });
    const { status, stderr } = await deploy("modal_vllm.py", { VLLM_MODEL: "x", GOAT_DEV_FOLDER: folder });
    expect(status).toBe(1);
    expect(stderr).toContain(`${join(folder, "vllm-models.json")}: an entry lacks`);
  });

  test("must get as far as the token with each script as it is", async () => {
    const scripts = [
      ["modal_services.py", {}],
      ["modal_services.py", { GOAT_LANGFUSE: "beside" }],
      ["modal_vllm.py", { VLLM_MODEL: "qwen3-4b" }],
      ["modal_gpt_oss.py", { GPT_OSS_MODEL: "gpt-oss-20b" }],
    ] as const;
    for (const [script, variables] of scripts) {
      const { status, stdout, stderr } = await deploy(script, variables);
      expect(status).toBe(1);
      expect(stdout + stderr).toContain("Token missing");
    }
  });
});

describe("the table", () => {
  test("must call assumed what was never seen, and only fields that there are", () => {
    for (const model of models) {
      expect(Object.keys(model)).toEqual(expect.arrayContaining([...model.assumed]));
      expect(model.assumed).toEqual(
        expect.arrayContaining(["maxModelLen", "maxInputs", "coldStartSeconds", "firstStartSeconds"]),
      );
    }
  });

  test("must leave a first start time to fetch the weights, and every start time to end", () => {
    for (const { coldStartSeconds, firstStartSeconds, startupSeconds } of models) {
      expect(firstStartSeconds).toBeGreaterThan(coldStartSeconds);
      expect(startupSeconds).toBeGreaterThan(firstStartSeconds);
    }
  });
});
