import { expect, test } from "vitest";
import { drillConfig } from "../../../src/gateway/drill-config.ts";

const config = `
model_list:
  - { model_name: a, litellm_params: { model: openai/a, api_key: os.environ/KEY } }
  - { model_name: a, litellm_params: { model: azure/a } }
  - { model_name: b, litellm_params: { model: openai/b, mock_response: b } }
  - { model_name: e, litellm_params: { model: openai/e }, model_info: { mode: embedding } }
litellm_settings:
  fallbacks: [{ a: [b, c] }, { b: [c] }]
  context_window_fallbacks: [{ a: [long] }]
  success_callback: [langfuse]
  max_budget: 5
general_settings: { master_key: k, database_url: os.environ/DATABASE_URL }
`;

test("a drill must let every route of one name fail, and no other, and leave database, budget and traces out", () => {
  const { text, fallbacks, mode } = drillConfig(config, "c.yaml", "a", "429");
  const tree = JSON.parse(text);
  const answers = tree.model_list.map(
    (entry: { litellm_params: { mock_response?: string } }) => entry.litellm_params.mock_response,
  );
  expect(answers).toEqual(["litellm.RateLimitError", "litellm.RateLimitError", "b", undefined]);
  expect(Object.keys(tree.litellm_settings)).toEqual(["fallbacks", "context_window_fallbacks"]);
  expect(tree.general_settings).toEqual({ master_key: "k" });
  expect({ fallbacks, mode }).toEqual({ fallbacks: ["b", "c"], mode: "chat" });
});

test("a drill must name the fallbacks of its kind of failure, and the model that was meant", () => {
  expect(drillConfig(config, "c.yaml", "a", "too-long").fallbacks).toEqual(["long"]);
  expect(drillConfig(config, "c.yaml", "e", "500")).toMatchObject({ fallbacks: [], mode: "embedding" });
  expect(() => drillConfig(config, "c.yaml", "aa", "429")).toThrow("c.yaml routes no model aa");
});
