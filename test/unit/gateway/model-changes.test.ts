import { expect, test } from "vitest";
import { modelChanges } from "../../../src/gateway/model-changes.ts";

const base = { model: "azure/gpt-5-nano", api_base: "https://a", api_version: "1" };

test("what changed must be told by added and removed models, and by the parameters of those that stayed", () => {
  const before = new Map([
    ["gpt-5-nano", [base]],
    ["gpt-5-mini", [base]],
    ["same", [base, base]],
    ["pair", [base]],
  ]);
  const after = new Map([
    ["gpt-5-nano", [{ model: base.model, api_base: "https://b", timeout: 5 }]],
    ["qwen3-4b-local", [base]],
    ["same", [base, { ...base }]],
    ["pair", [base, base]],
  ]);
  expect(modelChanges(before, after)).toEqual([
    "+ qwen3-4b-local",
    "- gpt-5-mini",
    "gpt-5-nano: api_base, api_version and timeout",
    "pair: 2 routes",
  ]);
});

test("where no model differs nothing must be told", () => {
  const models = new Map([["same", [{ nested: { a: [1] } }]]]);
  expect(modelChanges(models, new Map([["same", [{ nested: { a: [1] } }]]]))).toEqual([]);
});
