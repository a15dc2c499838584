import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { checkConfigFile } from "../../../src/gateway/check/config-file.ts";
import { anyConfig } from "../../support/arbitrary-config.ts";

const root = join(import.meta.dirname, "../../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const place = "dev/litellm-config.schema.json";
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
// For editors alone.
ajv.addKeyword("patternErrorMessage");
const isValid = ajv.compile(JSON.parse(read(place)));

/** Where a config is not as the schema has it; nothing where it is. */
const mistakesIn = (text: string): readonly string[] => {
  isValid(parse(text, { version: "1.1", merge: true }));
  return [...new Set((isValid.errors ?? []).map(({ instancePath }) => instancePath))];
};

const entry = (params: string): string =>
  `model_list:\n  - model_name: m\n    litellm_params:\n      model: groq/m\n      ${params}\n`;

describe("the schema of LiteLLM's config", () => {
  test("must be what the lists of models check make it: npm run schema", () => {
    const script = new URL("../../../scripts/schema.mjs", import.meta.url).href;
    const code = `import { configSchema } from "${script}"; process.stdout.write(JSON.stringify(await configSchema()));`;
    const made = execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd: root, encoding: "utf8" });
    expect(JSON.parse(made)).toEqual({ path: place, text: read(place) });
  });

  test.each(["dev/litellm-config.yaml", "dev/litellm-config-modal.yaml"])(
    "must be named by %s for the editor, and let it through, also with all of its models enabled",
    (path) => {
      const text = read(path);
      expect(text.split("\n")[0]).toBe(`# yaml-language-server: $schema=${place.replace("dev/", "")}`);
      expect(mistakesIn(text)).toEqual([]);
      const enabled = text.replaceAll(/^ {2}# (- model_name: | {2}\w+:| {4}\w+: )/gm, "  $1");
      expect(parse(enabled).model_list.length).toBeGreaterThan(parse(text).model_list.length);
      expect(mistakesIn(enabled)).toEqual([]);
    },
  );

  test.each([
    ["a variable written as in a shell", entry("api_key: ${GROQ_API_KEY}"), "/model_list/0/litellm_params/api_key"],
    ["a variable without a name", entry("api_key: os.environ/"), "/model_list/0/litellm_params/api_key"],
    ["a secret", entry("api_key: 0123456789abcdef0123"), "/model_list/0/litellm_params/api_key"],
    [
      "a secret that is a provider's",
      entry("api_base: gsk-0123456789abcdef0123"),
      "/model_list/0/litellm_params/api_base",
    ],
    ["a number that is none", entry("rpm: many"), "/model_list/0/litellm_params/rpm"],
    ["a switch that is none", entry("drop_params: sometimes"), "/model_list/0/litellm_params/drop_params"],
    ["an unknown key of an entry", `${entry("rpm: 3")}    modelinfo: {}\n`, "/model_list/0"],
    ["an unknown key at the top", `${entry("rpm: 3")}zzz: {}\n`, ""],
    ["no list of models", "model_list: { a: b }\n", "/model_list"],
    [
      "a name that is none",
      "model_list:\n  - { model_name: 3, litellm_params: { model: x } }\n",
      "/model_list/0/model_name",
    ],
    ["an entry without parameters", "model_list:\n  - model_name: m\n", "/model_list/0"],
    [
      "parameters without a model",
      "model_list:\n  - { model_name: m, litellm_params: {} }\n",
      "/model_list/0/litellm_params",
    ],
    [
      "a strategy that is none",
      "router_settings: { routing_strategy: fastest }\n",
      "/router_settings/routing_strategy",
    ],
    [
      "a strategy that is misspelt",
      "router_settings: { routing_strategy: leastbusy }\n",
      "/router_settings/routing_strategy",
    ],
    ["a budget that is no number", "litellm_settings: { max_budget: lots }\n", "/litellm_settings/max_budget"],
    [
      "a cache that is none",
      "litellm_settings: { cache_params: { type: reddis } }\n",
      "/litellm_settings/cache_params/type",
    ],
    ["a callback that is none", "litellm_settings: { callbacks: [langfusee] }\n", "/litellm_settings/callbacks/0"],
    ["settings that are a list", "litellm_settings: [drop_params]\n", "/litellm_settings"],
    ["files to include that are no list", "include: other.yaml\n", "/include"],
    ["a variable that is read too early", "environment_variables: { LITELLM_SALT_KEY: x }\n", "/environment_variables"],
    [
      "an Azure base with a path",
      entry("api_base: https://x.openai.azure.com/openai/deployments/y").replace("groq/m", "azure/m"),
      "/model_list/0/litellm_params/api_base",
    ],
  ])("must show %s where it stands", (_, text, at) => {
    expect(mistakesIn(text)).toContain(at);
  });

  test.each([
    entry("api_key: os.environ/GROQ_API_KEY"),
    entry("api_key: none"),
    entry("zzz_custom: 1"),
    entry("api_base: https://<workspace>--goat.modal.run/v1"),
    entry('rpm: "10"'),
    'litellm_settings: { max_budget: "1e3" }\n',
    "litellm_settings: { max_budget: os.environ/BUDGET, success_callback: [langfuse], callbacks: [my_module.handler] }\n",
    "router_settings: { routing_strategy: os.environ/STRATEGY }\n",
    "x-shared: &shared { rpm: 3 }\nmodel_list:\n  - model_name: m\n    litellm_params: { <<: *shared, model: groq/m }\n",
  ])("must let through what LiteLLM takes: %s", (text) => {
    expect(mistakesIn(text)).toEqual([]);
  });

  test("must let through whatever people write that models check finds no fault with", () => {
    fc.assert(
      fc.property(anyConfig, ({ text }) => {
        const around = {
          variables: {},
          passed: null,
          passedBy: "x",
          isThere: () => true,
          inContainer: false,
          stateless: false,
        };
        const isFine = checkConfigFile({ path: "a.yaml", text }, around).every(({ level }) => level === "note");
        if (isFine) expect(mistakesIn(text)).toEqual([]);
      }),
    );
  });
});
