import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configText } from "../support/goat-files.ts";
import { openProject } from "../support/goat-project.ts";
import { tempFolder } from "../support/temp.ts";
import { startVllm } from "../support/vllm-server.ts";

const shipped = (name: string): string => readFileSync(join(import.meta.dirname, "../../dev", name), "utf8");

const vllm = `  # - model_name: qwen3-4b-local
  #   litellm_params:
  #     model: openai/Qwen/Qwen3-4B-Instruct-2507
  #     api_base: https://<workspace>-goat--goat-vllm-qwen3-4b-serve.modal.run/v1
  #     api_key: "not-needed"
  #     use_clientside_credentials: true
  #     additional_drop_params: ["use_clientside_credentials"]
`;
const uncommented = vllm.replaceAll("  # ", "  ");

const files = {
  "dev/litellm-config.yaml": configText + vllm,
  "dev/litellm-config-modal.yaml": configText + uncommented,
  "dev/.env.example": "GROQ_API_KEY=\n\n# POSTGRES_PORT=5432\n",
  "dev/modal-secrets.json":
    '{ "secrets": { "goat-llm-providers": ["GROQ_API_KEY", "OPENAI_API_KEY"], "goat-litellm": ["LITELLM_MASTER_KEY"] } }\n',
};

const names = Object.keys(files) as readonly (keyof typeof files)[];

const infos = [
  {
    model_name: "llama-3.3-70b",
    model_info: { input_cost_per_token: 5.9e-7, output_cost_per_token: 7.9e-7, max_input_tokens: 131072 },
  },
];

describe("models", () => {
  test("must show from the file alone what there is, and say that no gateway answers", async () => {
    const { goat } = await openProject({ files });
    const { exitCode, out, err } = await goat(["models"]);
    expect({ exitCode, out, err }).toMatchInlineSnapshot(`
      {
        "err": "",
        "exitCode": 0,
        "out": "  NAME            PROVIDER  UPSTREAM                            KEY      SERVED  CONTEXT  $/M IN  $/M OUT
        llama-3.3-70b   groq      groq/llama-3.3-70b-versatile        set      ?       ?        ?       ?        usable
        gpt-5-mini      openai    openai/gpt-5-mini                   not set  ?       ?        ?       ?        OPENAI_API_KEY is not set
        qwen3-4b-local  vllm      openai/Qwen/Qwen3-4B-Instruct-2507  -        ?       ?        ?       ?        commented out: goat-dev models enable qwen3-4b-local --workspace NAME

      From dev/litellm-config.yaml alone: litellm does not answer at http://127.0.0.1:14000/v1. Prices and contexts are the gateway's to tell.
      ",
      }
    `);
  });

  test("must show what the gateway serves and what it costs, and ask no engine", async () => {
    const { goat, standIns } = await openProject({ files });
    standIns.answers = { ...standIns.answers, infos, models: ["llama-3.3-70b", "surprise"] };
    await goat(["up"]);
    const { out } = await goat(["models"]);
    expect(out).toMatchInlineSnapshot(`
      "  NAME            PROVIDER  UPSTREAM                            KEY      SERVED  CONTEXT  $/M IN  $/M OUT
        llama-3.3-70b   groq      groq/llama-3.3-70b-versatile        set      yes     131072   $0.59   $0.79    usable
        gpt-5-mini      openai    openai/gpt-5-mini                   not set  no      ?        ?       ?        OPENAI_API_KEY is not set
        qwen3-4b-local  vllm      openai/Qwen/Qwen3-4B-Instruct-2507  -        no      ?        ?       ?        commented out: goat-dev models enable qwen3-4b-local --workspace NAME

      Served, but not in dev/litellm-config.yaml: surprise (1 model).
      "
    `);
    const { models, unexpected } = (await goat(["models", "--json"])).json() as {
      models: readonly object[];
      unexpected: unknown;
    };
    expect(unexpected).toEqual(["surprise"]);
    expect(models[0]).toEqual({
      name: "llama-3.3-70b",
      provider: "groq",
      upstream: "groq/llama-3.3-70b-versatile",
      keyPresent: true,
      keyVariables: ["GROQ_API_KEY"],
      served: true,
      contextTokens: 131072,
      inputPerMillionUsd: 0.59,
      outputPerMillionUsd: 0.79,
      commentedOut: false,
      usable: true,
      obstacle: null,
      local: false,
      line: 3,
    });
  });

  test.each([
    [["--usable"], ["llama-3.3-70b"]],
    [["--provider", "openai"], ["gpt-5-mini"]],
    [["--local"], ["qwen3-4b-local"]],
    [["--local", "--usable"], []],
  ])("%s must leave out the others", async (options, left) => {
    const { goat } = await openProject({ files });
    const { models } = (await goat(["models", ...options, "--json"])).json() as { models: readonly { name: string }[] };
    expect(models.map(({ name }) => name)).toEqual(left);
  });

  test("an unknown provider must be refused, the nearest named", async () => {
    const { goat } = await openProject({ files });
    const { exitCode, err } = await goat(["models", "--provider", "grok"]);
    expect(exitCode).toBe(2);
    expect(err).toContain("goat-dev models --provider groq");
  });

  test("must work without an engine", async () => {
    const { goat } = await openProject({ files, unreachable: "no engine" });
    expect((await goat(["models"])).exitCode).toBe(0);
  });
});

const claude = ["models", "add", "claude", "--route", "anthropic/claude-sonnet-4-5"] as const;

describe("models add", () => {
  test("without a yes must change nothing and say what to type", async () => {
    const { goat, read } = await openProject({ files });
    const { exitCode, err } = await goat(claude);
    expect(exitCode).toBe(2);
    expect(err).toContain("+   - model_name: claude");
    expect(err).toContain("goat-dev models add claude --route anthropic/claude-sonnet-4-5 --yes");
    for (const name of names) expect(read(name)).toBe(files[name]);
  });

  test("must edit both configs, pass the new key on, take it over and see it listed; remove must undo it in the configs", async () => {
    const { goat, read, standIns, engine } = await openProject({ files });
    await goat(["up"]);
    const before = read("dev/docker-compose.yml");
    standIns.answers = { ...standIns.answers, models: [...standIns.answers.models, "claude"] };
    const { exitCode, out, err } = await goat([...claude, "--yes"]);
    expect({ exitCode, out }).toMatchInlineSnapshot(`
      {
        "exitCode": 0,
        "out": "claude added to dev/litellm-config.yaml, dev/litellm-config-modal.yaml, dev/docker-compose.yml, dev/.env.example and dev/modal-secrets.json.
      litellm serves claude.
      It works once ANTHROPIC_API_KEY is set in .env: goat-dev up
      ",
      }
    `);
    expect(err).toMatch(/✔ litellm +.*restarted|✔ litellm +.*ready/);
    const entry =
      "  - model_name: claude\n    litellm_params:\n      model: anthropic/claude-sonnet-4-5\n      api_key: os.environ/ANTHROPIC_API_KEY\n";
    expect(read("dev/litellm-config.yaml")).toBe(configText + entry + vllm);
    expect(read("dev/litellm-config-modal.yaml")).toBe(configText + uncommented + entry);
    expect(read("dev/docker-compose.yml")).toBe(
      before.replace("      - OPENAI_API_KEY\n", "      - OPENAI_API_KEY\n      - ANTHROPIC_API_KEY\n"),
    );
    expect(read("dev/.env.example")).toContain("GROQ_API_KEY=\nANTHROPIC_API_KEY=\n");
    expect(JSON.parse(read("dev/modal-secrets.json")).secrets["goat-llm-providers"]).toEqual([
      "GROQ_API_KEY",
      "OPENAI_API_KEY",
      "ANTHROPIC_API_KEY",
    ]);
    expect(engine.applied.length).toBeGreaterThan(0);
    standIns.answers = { ...standIns.answers, models: ["llama-3.3-70b", "gpt-5-mini"] };
    expect((await goat(["models", "remove", "claude", "--yes", "--json"])).json()).toMatchObject({
      ok: true,
      files: ["dev/litellm-config.yaml", "dev/litellm-config-modal.yaml"],
      gateway: { running: true, models: ["llama-3.3-70b", "gpt-5-mini"] },
    });
    for (const name of ["dev/litellm-config.yaml", "dev/litellm-config-modal.yaml"] as const)
      expect(read(name)).toBe(files[name]);
  });

  test("in a demo must edit the user's own files, and the demo go on with them", async () => {
    const { goat, read, standIns } = await openProject({ files });
    await goat(["up", "--demo"]);
    standIns.answers = { ...standIns.answers, models: [...standIns.answers.models, "claude"] };
    const { exitCode, err } = await goat([...claude, "--yes"]);
    expect(exitCode, err).toBe(0);
    expect(read("dev/litellm-config.yaml")).toContain("- model_name: claude\n");
    const { demo, models } = (await goat(["models", "--json"])).json() as {
      demo: boolean;
      models: readonly { name: string; usable: boolean }[];
    };
    expect(demo).toBe(true);
    expect(models.find(({ name }) => name === "claude")).toMatchObject({ usable: true, served: true });
    expect((await goat(["models", "test", "claude"])).exitCode).toBe(0);
  });

  test("a gateway that does not list the model afterwards must be told as such", async () => {
    const { goat } = await openProject({ files });
    await goat(["up"]);
    const { exitCode, err } = await goat([...claude, "--yes"]);
    expect(exitCode).toBe(6);
    expect(err).toContain("litellm does not serve claude");
    expect(err).toContain("wrote dev/litellm-config.yaml");
  });

  test.each([
    ["a taken name", ["gpt-5-mini", "--route", "openai/gpt-5-mini"], "is in dev/litellm-config.yaml already (line 5)"],
    ["a name that is commented out", ["qwen3-4b-local", "--route", "groq/q"], "goat-dev models enable qwen3-4b-local"],
    ["an unknown provider", ["x", "--route", "grok/x"], "did you mean groq?"],
    ["a route without a provider", ["x", "--route", "gpt-4o"], "--route is provider/model"],
    ["a name with a space", ["a b", "--route", "groq/x"], "without spaces"],
    ["a name with a control character", ["a\u0007b", "--route", "groq/x"], "without spaces"],
    ["no route", ["x"], "x needs a --route"],
    ["no name", [], "a model needs a name"],
    ["an address that is none", ["x", "--route", "a/b", "--api-base", "host"], "--api-base is an address"],
    ["vLLM without an address", ["x", "--vllm"], "needs the address of its server"],
    ["two names", ["a", "b", "--route", "groq/x"], "too many arguments"],
  ])("%s must be refused, with what to type, and nothing written", async (_, words, told) => {
    const { goat, read } = await openProject({ files });
    const { exitCode, err } = await goat(["models", "add", ...words, "--yes"]);
    expect(exitCode, err).toBe(2);
    expect(err).toContain(told);
    expect(err).toContain("goat-dev ");
    for (const name of names) expect(read(name)).toBe(files[name]);
  });

  test("a vLLM server that serves one model must be asked which, and one that does not answer be named by hand", async () => {
    const { goat, read } = await openProject({ files });
    await using server = await startVllm();
    const url = `http://127.0.0.1:${server.port}/v1`;
    const { exitCode, err } = await goat(["models", "add", "own-local", "--vllm", "--url", url, "--yes"]);
    expect(exitCode, err).toBe(0);
    expect(read("dev/litellm-config.yaml")).toContain("model: openai/Qwen/Qwen3-8B\n");
    const nobody = await goat(["models", "add", "x-local", "--vllm", "--url", "http://127.0.0.1:9/v1", "--yes"]);
    expect(nobody.exitCode).toBe(2);
    expect(nobody.err).toContain("which model http://127.0.0.1:9/v1 serves cannot be told: name it with --route");
    expect(nobody.err).toContain("--route openai/ORG/MODEL");
  });

  test("a vLLM server must be added to both so that LiteLLM lets its GPU sleep", async () => {
    const { goat, read } = await openProject({ files });
    const url = "https://w-goat--goat-vllm-mine-serve.modal.run/v1";
    const words = ["models", "add", "mine-local", "--vllm", "--url", url, "--route", "openai/org/mine", "--yes"];
    const { exitCode, err } = await goat(words);
    expect(exitCode, err).toBe(0);
    const entry = `  - model_name: mine-local
    litellm_params:
      model: openai/org/mine
      api_base: ${url}
      api_key: "not-needed"
      use_clientside_credentials: true
      additional_drop_params: ["use_clientside_credentials"]
`;
    expect(read("dev/litellm-config.yaml")).toBe(configText + entry + vllm);
    expect(read("dev/litellm-config-modal.yaml")).toBe(configText + uncommented + entry);
  });

  test.each([
    [["--key", "gsk_abcdefghijklmnop0123456789"]],
    [["--api-base", "https://user:abcdefghijklmnop@host/v1"]],
    [["--api-base", "https://host/v1?key=sk-abcdefghijklmnop0123"]],
  ])("a secret on the command line (%s) must be refused and not be repeated", async (words) => {
    const { goat } = await openProject({ files });
    const { exitCode, out, err } = await goat(["models", "add", "x", "--route", "groq/x", ...words, "--yes"]);
    expect(exitCode).toBe(2);
    expect(err).toContain(".env");
    expect(out + err).not.toContain("abcdefghijklmnop");
  });

  test("in a project with the shipped stack must offer init, and edit nothing", async () => {
    const { goat } = await openProject();
    const { exitCode, err } = await goat([...claude, "--yes"], { cwd: tempFolder() });
    expect(exitCode).toBe(2);
    expect(err).toContain("goat-dev init");
  });

  test.each([
    ["empty", ""],
    ["a list", "- a\n"],
    ["with tabs", "model_list:\n\t- a\n"],
  ])("a config that is %s must be refused with a place, and stay as it is", async (_, text) => {
    const { goat, read } = await openProject({ files: { ...files, "dev/litellm-config-modal.yaml": text } });
    const { exitCode, err } = await goat([...claude, "--yes"]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/dev\/litellm-config-modal\.yaml:\d+:\d+ /);
    expect(read("dev/litellm-config.yaml")).toBe(files["dev/litellm-config.yaml"]);
    expect(read("dev/litellm-config-modal.yaml")).toBe(text);
  });
});

describe("models enable and disable", () => {
  test("must fill in where Modal serves it, in both configs, and comment it out again in this machine's", async () => {
    const { goat, read } = await openProject({ files });
    const enabled = await goat(["models", "enable", "qwen3-4b-local", "--workspace", "phare", "--yes"]);
    expect(enabled.exitCode, enabled.err).toBe(0);
    const filled = uncommented.replace("<workspace>", "phare");
    expect(read("dev/litellm-config.yaml")).toBe(configText + filled);
    expect(read("dev/litellm-config-modal.yaml")).toBe(configText + filled);
    expect(filled).toContain("https://phare-goat--goat-vllm-qwen3-4b-serve.modal.run/v1");
    expect((await goat(["models", "disable", "qwen3-4b-local", "--yes"])).exitCode).toBe(0);
    expect(read("dev/litellm-config.yaml")).toBe(configText + vllm.replace("<workspace>", "phare"));
    expect(read("dev/litellm-config-modal.yaml")).toBe(configText + filled);
  });

  test("must fill in an environment of one's own, or none", async () => {
    const { goat, read } = await openProject({ files });
    await goat(["models", "enable", "qwen3-4b-local", "--workspace", "w", "--environment", "", "--yes"]);
    expect(read("dev/litellm-config.yaml")).toContain("https://w--goat-vllm-qwen3-4b-serve.modal.run/v1");
    await goat(["models", "enable", "qwen3-4b-local", "--workspace", "w", "--environment", "main", "--yes"]);
    expect(read("dev/litellm-config.yaml")).toContain("https://w-main--goat-vllm-qwen3-4b-serve.modal.run/v1");
  });

  test.each([
    [["qwen3-4b-local"], "lacks the address of its server: <workspace>"],
    [["qwen3-4b-local", "--workspace", "Has_Capitals"], "--workspace is small letters"],
    [["qwen3-4b-locl", "--workspace", "w"], "did you mean qwen3-4b-local?"],
    [["gpt-5-mini"], "gpt-5-mini is in use in dev/litellm-config.yaml already"],
  ])("enable %s must be refused and write nothing", async (words, told) => {
    const { goat, read } = await openProject({ files });
    const { exitCode, err } = await goat(["models", "enable", ...words, "--yes"]);
    expect(exitCode).toBe(2);
    expect(err).toContain(told);
    expect(read("dev/litellm-config.yaml")).toBe(files["dev/litellm-config.yaml"]);
  });
});

describe("models check", () => {
  test("must find no mistake in what the package ships", async () => {
    const list = ["docker-compose.yml", "litellm-config.yaml", "litellm-config-modal.yaml", "modal-secrets.json"];
    const { goat } = await openProject({
      files: Object.fromEntries(list.map((name) => [`dev/${name}`, shipped(name)])),
    });
    const { exitCode, out } = await goat(["models", "check"]);
    expect({ exitCode, out }).toMatchInlineSnapshot(`
      {
        "exitCode": 0,
        "out": "        WHERE                                WHAT
        note  dev/litellm-config.yaml:10:16        AZURE_API_KEY is not set in .env (and 2 more)
        note  dev/litellm-config.yaml:11:17        AZURE_API_BASE is not set in .env (and 2 more)
        note  dev/litellm-config.yaml:45:16        OPENAI_API_KEY is not set in .env
        note  dev/litellm-config-modal.yaml:60:17  <workspace> is to be filled in: goat-dev models enable NAME --workspace … (and 5 more)

      No mistake in dev/litellm-config.yaml and dev/litellm-config-modal.yaml; 4 notes.
      ",
      }
    `);
  });

  test("must tell every mistake with line and column, the worst first, and exit 2", async () => {
    const { goat, edit } = await openProject({ files, env: "LITELLM_MASTER_KEY=no-prefix\n" });
    edit(
      "dev/litellm-config.yaml",
      (text) =>
        `${text.replace("api_key: os.environ/OPENAI_API_KEY", "api_kye: os.environ/MISTRAL_API_KEY")}litelm_settings: {}\n`,
    );
    edit("dev/litellm-config-modal.yaml", (text) =>
      text.replace("os.environ/GROQ_API_KEY", "gsk_abcdefghijklmnop0123456789"),
    );
    const { exitCode, out } = await goat(["models", "check"]);
    expect({ exitCode, out }).toMatchInlineSnapshot(`
      {
        "exitCode": 2,
        "out": "           WHERE                                WHAT
        error    dev/litellm-config.yaml:6:58         MISTRAL_API_KEY does not reach this gateway: dev/docker-compose.yml does not pass it on
        error    dev/litellm-config-modal.yaml:4:69   a secret is written out here: put it into .env, and os.environ/NAME in its place
        error    .env:4                               LITELLM_MASTER_KEY has to begin with sk-, or LiteLLM does not accept it as a key
        warning  dev/litellm-config.yaml:14:1         litelm_settings: LiteLLM reads no such key here; did you mean litellm_settings?
        warning  dev/litellm-config.yaml:6:49         api_kye: is no parameter of LiteLLM that goat-dev knows: it goes to the provider as it is; did you mean api_key?
        warning  dev/litellm-config-modal.yaml:3:5    llama-3.3-70b is not as in dev/litellm-config.yaml
        warning  dev/litellm-config-modal.yaml:5:5    gpt-5-mini is not as in dev/litellm-config.yaml
        warning  dev/litellm-config.yaml:14:1         litelm_settings is not the same in dev/litellm-config.yaml and dev/litellm-config-modal.yaml
        note     dev/litellm-config.yaml:4:69         GROQ_API_KEY is not set in .env
        note     dev/litellm-config.yaml:6:30         OPENAI_API_KEY is not set in .env
        note     dev/litellm-config-modal.yaml:10:17  <workspace> is to be filled in: goat-dev models enable NAME --workspace …

      3 mistakes; 5 warnings; 3 notes.
      ",
      }
    `);
    expect(out).not.toContain("abcdefghijklmnop");
  });
});

describe("models test", () => {
  test("must ask before it spends, and name what it would ask", async () => {
    const { goat } = await openProject({ files });
    await goat(["up"]);
    const { exitCode, err } = await goat(["models", "test"]);
    expect(exitCode).toBe(2);
    expect(err).toMatchInlineSnapshot(`
      "this asks llama-3.3-70b, which may cost something, and nobody is here to ask   [confirmation-needed]

        fix        goat-dev models test --yes   asks without asking you
      "
    `);
  });

  test("must make one smallest call for each usable model, with time, tokens and cost", async () => {
    const { goat } = await openProject({ files });
    await goat(["up"]);
    const { exitCode, out } = await goat(["models", "test", "--yes"]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/llama-3\.3-70b +\d+ ms +31 +\$0\.00002 +answered\n\n1 of 1 model answered, for \$0\.00002\./);
  });

  test("a refusal must be told in the provider's own words, with exit 6", async () => {
    const { goat, standIns } = await openProject({ files });
    standIns.answers = {
      ...standIns.answers,
      refuse: {
        status: 401,
        type: "auth_error",
        message: "litellm.AuthenticationError: GroqException - Invalid API Key",
      },
    };
    await goat(["up", "--no-example"]);
    const { exitCode, out } = await goat(["models", "test", "llama-3.3-70b", "--yes"]);
    expect(exitCode).toBe(6);
    expect(out).toContain("Groq refuses GROQ_API_KEY: llama-3.3-70b: 401 Invalid API Key");
    expect((await goat(["models", "test", "--yes", "--json"])).json()).toMatchObject({
      ok: false,
      models: [{ model: "llama-3.3-70b", ok: false, error: { code: "provider-refused" } }],
    });
  });

  test.each([
    [["gpt-5-mini"], 2, "gpt-5-mini cannot be asked: OPENAI_API_KEY is not set"],
    [["gpt-5-mni"], 2, "did you mean gpt-5-mini?"],
    [[], 6, "litellm does not answer"],
  ])("%s where it cannot be asked must be told, with what to type", async (words, exit, told) => {
    const { goat } = await openProject({ files });
    const { exitCode, err } = await goat(["models", "test", ...words, "--yes"]);
    expect(exitCode).toBe(exit);
    expect(err).toContain(told);
    expect(err).toContain("goat-dev ");
  });
});
