import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { GoatError } from "../../../src/errors/goat-error.ts";
import { readGatewayConfig } from "../../../src/gateway/config.ts";

const file = "dev/litellm-config.yaml";
const routesOf = (text: string) => readGatewayConfig(text, file).routes;
const route = (params: Readonly<Record<string, unknown>>, info?: unknown, name = "m") =>
  routesOf(stringify({ model_list: [{ model_name: name, litellm_params: params, model_info: info }] }))[0];

const mistakes = (text: string): readonly string[] => {
  try {
    readGatewayConfig(text, file);
  } catch (error) {
    if (!(error instanceof GoatError)) throw error;
    expect(error.code).toBe("gateway-config-invalid");
    return error.evidence.length > 0 ? error.evidence : [error.message];
  }
  return [];
};

test("a route must be read with its name, upstream, provider, keys and line", () => {
  const text = `model_list:
  - model_name: llama-3.3-70b
    litellm_params:
      model: groq/llama-3.3-70b-versatile
      api_key: os.environ/GROQ_API_KEY
`;
  expect(routesOf(text)).toEqual([
    {
      name: "llama-3.3-70b",
      provider: "groq",
      upstream: "groq/llama-3.3-70b-versatile",
      keyVariables: ["GROQ_API_KEY"],
      mode: "chat",
      apiBase: null,
      mock: false,
      line: 2,
    },
  ]);
});

test.each([
  [{ model: "azure/gpt-4o" }, "azure"],
  [{ model: "openai/gpt-4o" }, "openai"],
  [{ model: "gpt-4o" }, "openai"],
  [{ model: "o3-mini" }, "openai"],
  [{ model: "openai/gpt-4o", api_base: "https://eu.api.openai.com/v1" }, "openai"],
  [{ model: "openai/meta-llama/Llama-3.1-8B-Instruct", api_base: "http://localhost:8000/v1" }, "vllm"],
  [{ model: "hosted_vllm/qwen" }, "vllm"],
  [{ model: "anthropic/claude-sonnet-4-5" }, "anthropic"],
  [{ model: "claude-sonnet-4-5" }, "anthropic"],
  [{ model: "mistral/mistral-small" }, "other"],
  [{ model: "my-deployment", custom_llm_provider: "azure" }, "azure"],
])("the provider of %j must be %s", (params, provider) => {
  expect(route(params)?.provider).toBe(provider);
});

test("variables must be found wherever the entry refers to them, each once", () => {
  const params = {
    model: "azure/x",
    api_key: "os.environ/MY_KEY",
    api_base: "os.environ/MY_BASE",
    extra_headers: { a: ["os.environ/MY_HEADER", "os.environ/MY_KEY"] },
  };
  expect(route(params)?.keyVariables).toEqual(["MY_KEY", "MY_BASE", "MY_HEADER"]);
});

test.each([
  [{ model: "azure/x" }, ["AZURE_API_KEY", "AZURE_API_BASE"]],
  [{ model: "azure/x", api_base: "https://x.openai.azure.com" }, ["AZURE_API_KEY"]],
  [{ model: "groq/x" }, ["GROQ_API_KEY"]],
  [{ model: "openai/x" }, ["OPENAI_API_KEY"]],
  [{ model: "anthropic/x", api_key: null }, ["ANTHROPIC_API_KEY"]],
  [{ model: "groq/x", api_key: "literal" }, []],
  [{ model: "hosted_vllm/x" }, []],
])("a silent entry must need its provider's own variables: %j", (params, variables) => {
  expect(route(params)?.keyVariables).toEqual(variables);
});

test("a variable that the config itself sets must not be asked of .env", () => {
  const text = stringify({
    model_list: [{ model_name: "m", litellm_params: { model: "groq/x" } }],
    environment_variables: { GROQ_API_KEY: "x" },
  });
  expect(routesOf(text)[0]?.keyVariables).toEqual([]);
});

test.each([
  ["text-embedding-3-small", undefined, "embedding"],
  ["m", { mode: "embedding" }, "embedding"],
  ["embed-chat", { mode: "chat" }, "chat"],
  ["whisper-1", undefined, "other"],
  ["m", { mode: "image_generation" }, "other"],
  ["gpt-4o", null, "chat"],
])("the mode of %s with model_info %j must be %s", (name, info, mode) => {
  expect(route({ model: "openai/x" }, info, name)?.mode).toBe(mode);
});

test.each([["Hello"], [""], [[0.1, 0.2]]])("a route with mock_response %j must be a mock", (mock) => {
  expect(route({ model: "groq/x", mock_response: mock })?.mock).toBe(true);
});

test("anchors and merge keys must be followed, as LiteLLM's YAML reader does", () => {
  const text = `x: &azure
  api_key: os.environ/AZURE_API_KEY
  api_base: os.environ/AZURE_API_BASE
model_list:
  - model_name: a
    litellm_params:
      <<: *azure
      model: azure/a
`;
  expect(routesOf(text)[0]?.keyVariables).toEqual(["AZURE_API_KEY", "AZURE_API_BASE"]);
});

test("settings must be read, with callbacks for both outcomes counted as both", () => {
  const text = `litellm_settings:
  max_budget: 10
  budget_duration: 1mo
  success_callback: [langfuse]
  failure_callback: prometheus
  callbacks: [otel]
`;
  expect(readGatewayConfig(text, file)).toEqual({
    routes: [],
    settings: {
      maxBudget: 10,
      budgetDuration: "1mo",
      successCallbacks: ["langfuse", "otel"],
      failureCallbacks: ["prometheus", "otel"],
    },
  });
});

test("every mistake must be told at once, in reading order, with file, line and column", () => {
  const text = `model_list:
  - litellm_params:
      model: groq/a
  - model_name: b
  - model_name: c
    litellm_params:
      api_key: x
  - model_name: 5
    litellm_params: { model: "" }
  - just text
litellm_settings: [a]
`;
  expect(mistakes(text)).toEqual([
    `${file}:2:5 model_list[0].model_name is missing`,
    `${file}:4:5 model_list[1].litellm_params is missing`,
    `${file}:7:7 model_list[2].litellm_params.model is missing`,
    `${file}:8:17 model_list[3].model_name must be text`,
    `${file}:9:30 model_list[3].litellm_params.model is missing`,
    `${file}:10:5 model_list[4] must be a map`,
    `${file}:11:19 litellm_settings must be a map`,
  ]);
});

test("an API version that YAML takes for a date must be told, since LiteLLM leaves such a route out", () => {
  const entry = (version: string) => `model_list:
  - model_name: a
    litellm_params: { model: azure/a, api_version: ${version} }
`;
  const message = `${file}:3:52 model_list[0].litellm_params.api_version must be text: put the date in quotes`;
  expect(mistakes(entry("2024-06-01"))).toEqual([message]);
  expect(mistakes(entry('"2024-06-01"'))).toEqual([]);
  expect(mistakes(entry("2024-06-01-preview"))).toEqual([]);
});

test("a single mistake must be the message itself", () => {
  expect(() => readGatewayConfig("model_list: 3\n", file)).toThrow(`${file}:1:13 model_list must be a list`);
});

test.each([
  ["an unclosed list", "model_list: [\n", /^dev\/litellm-config\.yaml:\d+:\d+ \S/],
  ["a key given twice", "a: 1\na: 2\n", /^dev\/litellm-config\.yaml:2:1 \S/],
  ["a tab as indentation", "a:\n\tb: 1\n", /^dev\/litellm-config\.yaml:2:1 \S/],
  ["an unknown alias", "a: *nowhere\n", /^dev\/litellm-config\.yaml:1:\d \S/],
  ["an empty file", "", /^dev\/litellm-config\.yaml:1:1 the config is empty$/],
  ["a list", "- a\n", /^dev\/litellm-config\.yaml:1:1 the config must be a map$/],
])("%s must be an error with its place", (_, text, message) => {
  const [first, ...others] = mistakes(text);
  expect(first).toMatch(message);
  expect(others).toEqual([]);
});

test("whatever the file holds, reading must end in a config or in gateway-config-invalid", () => {
  const yamlish = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .array(
        fc.constantFrom(
          "a",
          ":",
          " ",
          "\n",
          "- ",
          "&x ",
          "*x",
          "<<",
          "[",
          "{",
          "}",
          "model_list",
          '"',
          "#",
          "|",
          "!t ",
        ),
      )
      .map((pieces) => pieces.join("")),
    fc.jsonValue().map((value) => stringify({ model_list: value })),
  );
  fc.assert(
    fc.property(yamlish, (text) => {
      for (const mistake of mistakes(text)) expect(mistake).toMatch(/^dev\/litellm-config\.yaml:\d+:\d+ /);
    }),
    { numRuns: 200 },
  );
});
