import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { pinnedImages } from "../../src/project/versions.ts";
import { tempFolder, writeFiles } from "../support/temp.ts";
import { type Declared, load, loadInContainer, part, readJson, root, run, scripts, stepsOf } from "./probe.ts";

const { missing, sdk } = inject("modal");
const secretTable: Readonly<Record<string, readonly string[]>> = readJson("dev/modal-secrets.json").secrets;
const pythonFiles = readdirSync(scripts).filter((name) => name.endsWith(".py"));

const services = async (variables: Readonly<Record<string, string>> = {}) => {
  const { app, functions } = await load("modal_services.py", variables);
  return { app, functions, litellm: part(functions["litellm"]) };
};

const secretNames = ({ secrets }: Declared): readonly string[] => (secrets ?? []).map(({ name }) => name);

describe.skipIf(missing !== null)("modal_services.py", () => {
  test("must declare the app goat-services with one gateway on port 4000, its secrets by name", async () => {
    const { app, functions, litellm } = await services();
    expect(app).toBe("goat-services");
    expect(Object.keys(functions)).toEqual(["litellm"]);
    expect(litellm).toMatchObject({ port: 4000, min_containers: 0, concurrent: { max_inputs: 100 } });
    expect(litellm.gpu).toBeUndefined();
    expect(litellm.portOptions?.["startup_timeout"]).toBeGreaterThanOrEqual(300);
    expect(litellm.startup_timeout).toBeGreaterThanOrEqual(300);
    expect(secretNames(litellm)).toEqual(["goat-litellm", "goat-llm-providers", "goat-langfuse"]);
  });

  test("must install the local stack's LiteLLM and Langfuse SDK, by their hashes", async () => {
    const { litellm } = await services();
    const [install] = stepsOf(litellm, "uv_pip_install");
    expect(install?.options).toMatchObject({ requirements: [join(root, "python/litellm.lock")] });
    expect(install?.options["extra_options"]).toContain("--require-hashes");
    const lock = readFileSync(join(root, "python/litellm.lock"), "utf8");
    const [, line] = /litellm:v(1\.\d+)\./.exec(pinnedImages.LITELLM_IMAGE) ?? [];
    expect(lock).toMatch(new RegExp(`^litellm(?:\\[.*\\])?==${line}\\.`, "m"));
    expect(lock).toMatch(/^langfuse==2\./m);
  });

  test("must run Langfuse and its Postgres in one container where that is asked for, with the local stack's image", async () => {
    const { functions, litellm } = await services({ GOAT_LANGFUSE: "beside" });
    const langfuse = part(functions["langfuse"]);
    expect(langfuse).toMatchObject({ port: 3000, max_containers: 1, volumes: { "/dumps": "goat-langfuse" } });
    expect(secretNames(langfuse)).toEqual(["goat-langfuse", "goat-postgres"]);
    expect(stepsOf(langfuse, "from_registry")[0]?.args).toEqual([pinnedImages.LANGFUSE_IMAGE]);
    expect(litellm.secrets).toContainEqual({
      name: "goat-langfuse",
      needs: ["LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"],
    });
    expect(langfuse.starts?.[0].command.slice(1)).toEqual([join(scripts, "modal_langfuse.py"), "/dumps"]);
  });

  test("must need no secret of Langfuse where it is off, and refuse a word that it does not know", async () => {
    expect(secretNames((await services({ GOAT_LANGFUSE: "off" })).litellm)).not.toContain("goat-langfuse");
    await expect(services({ GOAT_LANGFUSE: "besides" })).rejects.toThrow("it can be secret, beside, off");
  });

  test("must take a project's own config where GOAT_DEV_FOLDER says, and the shipped one where there is none", async () => {
    const [none, own] = [tempFolder(), writeFiles(tempFolder(), { "litellm-config-modal.yaml": "model_list: []\n" })];
    const filesOf = async (folder: string) =>
      stepsOf((await services({ GOAT_DEV_FOLDER: folder })).litellm, "add_local_file").map(({ args }) => args[0]);
    expect(await filesOf(none)).toContain(join(root, "dev/litellm-config-modal.yaml"));
    expect(await filesOf(own)).toContain(join(own, "litellm-config-modal.yaml"));
  });

  test.for(["litellm", "langfuse"])(
    "must load again in the container of %s, from what its image brings",
    async (name) => {
      const { functions } = await services({ GOAT_LANGFUSE: "beside", GOAT_MODAL_WORKSPACE: "phare" });
      const again = await loadInContainer("modal_services.py", part(functions[name]));
      expect(Object.keys(again.functions)).toEqual(["litellm", "langfuse"]);
      const started = part(again.functions[name]).starts?.[0];
      expect(started?.environment["GOAT_MODAL_WORKSPACE"]).toBe("phare");
      for (const path of started?.command.slice(1) ?? []) {
        if (path.startsWith(again.folder)) expect(() => readFileSync(path)).not.toThrow();
      }
      expect(started?.command[1]).toBe(
        join(again.folder, name === "litellm" ? "modal_gateway.py" : "modal_langfuse.py"),
      );
    },
  );
});

describe.skipIf(missing !== null)("all scripts", () => {
  test("must compile", async () => {
    const files = pythonFiles.map((name) => join(scripts, name));
    const { status, stderr } = await run(sdk, ["-m", "py_compile", ...files], { PYTHONPYCACHEPREFIX: tempFolder() });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(pythonFiles).toEqual(expect.arrayContaining(["modal_services.py", "modal_vllm.py", "modal_gpt_oss.py"]));
  });

  test("must use the secrets of the table that secrets are synced from, each for keys that it holds", async () => {
    const apps = await Promise.all([
      load("modal_services.py", { GOAT_LANGFUSE: "beside" }),
      load("modal_vllm.py", { VLLM_MODEL: "llama-3-1-8b" }),
    ]);
    const used = apps.flatMap(({ functions }) => Object.values(functions).flatMap(({ secrets }) => secrets ?? []));
    expect(new Set(used.map(({ name }) => name))).toEqual(new Set(Object.keys(secretTable)));
    for (const { name, needs } of used) expect(secretTable[name]).toEqual(expect.arrayContaining([...needs]));
  });
});
