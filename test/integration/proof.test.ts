import { expect, test } from "vitest";
import { openProject, secretKey } from "../support/goat-project.ts";

test("a provider's refusal must be told as the provider's, and the stack stays up", async () => {
  const project = await openProject({ realExample: true });
  project.standIns.answers = {
    ...project.standIns.answers,
    refuse: { status: 401, type: "authentication_error", message: "GroqException - Invalid API Key" },
  };
  const { exitCode, err } = await project.goat(["up"]);
  expect(exitCode).toBe(6);
  expect(err).toMatchInlineSnapshot(`
    "✔ checks      groq key set · ports 15432 13001 14000 free · Docker 1 (test)
    ✔ postgres    created · ready in 1.2 s
    ✔ langfuse    created · ready in 1.2 s
    ✔ litellm     created · ready in 1.2 s
    ✔ gateway     2 models routed, 1 usable with your keys (llama-3.3-70b)
    ✖ example     Groq refuses GROQ_API_KEY
      code       provider-refused
      seen       llama-3.3-70b: 401 Invalid API Key
      fix        goat-dev keys set GROQ_API_KEY   asks for another, hidden; then goat-dev up
                 goat-dev logs litellm            shows the whole answer
    "
  `);
  expect((await project.goat(["status"])).exitCode).toBe(0);
});

test("a gateway that lacks a model of its config must be told with the model", async () => {
  const project = await openProject();
  project.standIns.answers = { ...project.standIns.answers, models: ["llama-3.3-70b"] };
  const { exitCode, err } = await project.goat(["up"]);
  expect(exitCode).toBe(6);
  expect(err.split("\n").slice(4).join("\n")).toMatchInlineSnapshot(`
    "✖ gateway     litellm does not serve gpt-5-mini
      code       models-missing
      seen       GET /v1/models lacks 1 name of its config
      fix        goat-dev restart litellm   reads the config again
                 goat-dev logs litellm      shows why a route was left out
    "
  `);
});

test("keys that open no chat model must leave up a success, and say how to add one", async () => {
  const { goat } = await openProject({
    env: `OPENAI_API_KEY=sk-integration-0123456789\n`,
    files: {
      "dev/litellm-config.yaml": `model_list:
  - model_name: llama-3.3-70b
    litellm_params: { model: groq/llama, api_key: os.environ/GROQ_API_KEY }
  - model_name: gpt-5-mini
    litellm_params: { model: openai/embed, api_key: os.environ/OPENAI_API_KEY }
    model_info: { mode: embedding }
`,
    },
  });
  const { exitCode, err } = await goat(["up"]);
  expect(exitCode).toBe(0);
  expect(err).toContain("note: no chat model for your keys");
  expect(err.split("\n").at(-2)).toMatchInlineSnapshot(
    `"note: no chat model for your keys; llama-3.3-70b would work, but GROQ_API_KEY is not set. Add its key to .env, or a route to dev/litellm-config.yaml, then: goat-dev up"`,
  );
});

test("the shipped example client must get through the gateway, and its trace must be read back", async () => {
  const { goat } = await openProject({ realExample: true });
  const run = await goat(["up", "--json"]);
  expect(run.exitCode).toBe(0);
  expect(run.json()).toMatchObject({
    version: 1,
    ok: true,
    stack: "goat",
    changed: ["postgres", "langfuse", "litellm"],
    gateway: { models: ["llama-3.3-70b", "gpt-5-mini"], usable: ["llama-3.3-70b"] },
    example: { model: "llama-3.3-70b", text: "Hello from the stand-in", totalTokens: 31, costUsd: 0.00002 },
    trace: { model: "azure/gpt-4o-mini", totalTokens: 10 },
  });
});

test("EVAL_MODEL must decide which model is asked, and one that the config lacks be told with the nearest", async () => {
  const project = await openProject({ env: `GROQ_API_KEY=${secretKey}\nOPENAI_API_KEY=sk-integration-0123456789\n` });
  const run = await project.goat(["up", "--json"], { env: { EVAL_MODEL: "gpt-5-mini" } });
  expect(run.json()).toMatchObject({ example: { model: "gpt-5-mini" } });
  const wrong = await project.goat(["up"], { env: { EVAL_MODEL: "gpt-5-mni" } });
  expect(wrong.exitCode).toBe(2);
  expect(wrong.err).toMatchInlineSnapshot(`
    "EVAL_MODEL=gpt-5-mni is not a model of the LiteLLM config; did you mean gpt-5-mini?   [usage]

      fix        EVAL_MODEL=gpt-5-mini goat-dev up   asks gpt-5-mini
    "
  `);
  const keyless = await openProject();
  const unusable = await keyless.goat(["up"], { env: { EVAL_MODEL: "gpt-5-mini" } });
  expect(unusable.exitCode).toBe(2);
  expect(keyless.engine.applied).toEqual([]);
  // Found before anything is made.
  expect(unusable.err).toMatchInlineSnapshot(`
    "EVAL_MODEL=gpt-5-mini cannot be asked: OPENAI_API_KEY is not set   [no-provider-key]

      fix        goat-dev up   once the key is in .env, or without EVAL_MODEL
    "
  `);
});

test("a proof must hold until a container or the wanted model changes", async () => {
  const project = await openProject({ env: `GROQ_API_KEY=${secretKey}\nOPENAI_API_KEY=sk-integration-0123456789\n` });
  const asks = async (env: Readonly<Record<string, string>> = {}): Promise<boolean> =>
    (await project.goat(["up"], { env })).err.includes("answered in");
  expect(await asks()).toBe(true);
  expect(await asks()).toBe(false);
  // As after `eval "$(goat-dev env)"`: the same model by its name.
  expect(await asks({ EVAL_MODEL: "llama-3.3-70b" })).toBe(false);
  expect(await asks({ EVAL_MODEL: "gpt-5-mini" })).toBe(true);
  await project.goat(["restart", "litellm"]);
  expect(await asks({ EVAL_MODEL: "gpt-5-mini" })).toBe(true);
  expect(await asks({ EVAL_MODEL: "gpt-5-mini" })).toBe(false);
});
