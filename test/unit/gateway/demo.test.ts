import fc from "fast-check";
import { expect, test } from "vitest";
import { demoConfig, readGatewayConfig } from "../../../src/gateway/config.ts";

const route = (name: string, model: string, more = ""): string =>
  `  - model_name: ${name}\n    litellm_params: { model: ${model}, api_key: os.environ/AZURE_API_KEY${more} }\n`;

test("every route must answer from the config, embeddings with numbers, and everything else stay", () => {
  const text = `model_list:\n${route("a", "azure/a", ', api_version: "2024-06-01"')}${route("e", "openai/text-embedding-3-small")}litellm_settings: { drop_params: true }\n`;
  const demo = JSON.parse(demoConfig(text, "c.yaml"));
  expect(demo.model_list[0].litellm_params).toEqual({
    model: "azure/a",
    api_key: "os.environ/AZURE_API_KEY",
    api_version: "2024-06-01",
    mock_response: expect.stringContaining("demo"),
  });
  expect(demo.model_list[1].litellm_params.mock_response).toEqual([0.1, 0.2, 0.3]);
  expect(demo.litellm_settings).toEqual({ drop_params: true });
});

test("an answer that the config has must stay", () => {
  const demo = JSON.parse(demoConfig(`model_list:\n${route("a", "azure/a", ", mock_response: mine")}`, "c.yaml"));
  expect(demo.model_list[0].litellm_params.mock_response).toBe("mine");
});

test("the demo's routes must be the config's own, all without a need for keys", () => {
  const names = fc.array(fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(names, (all) => {
      const text = `model_list:\n${all.map((name) => route(JSON.stringify(name), `azure/${name}`)).join("")}`;
      const { routes } = readGatewayConfig(demoConfig(text, "c.yaml"), "demo.yaml");
      expect(routes.map(({ name }) => name)).toEqual(all);
      expect(routes.every(({ mock }) => mock)).toBe(true);
    }),
  );
});

test("a config with mistakes must be refused with its own places", () => {
  expect(() => demoConfig("model_list: 3\n", "c.yaml")).toThrow(/c\.yaml:1/);
});
