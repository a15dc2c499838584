import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { disabledModels, disableModel, enableModel, setApiBase } from "../../../../src/gateway/edit/switch.ts";
import { anyConfig } from "../../../support/arbitrary-config.ts";

// Hundreds of configs are read many times over.
vi.setConfig({ testTimeout: 60_000 });

const config = (text: string) => ({ path: "dev/litellm-config.yaml", text });

const namesIn = (text: string): readonly string[] =>
  (parse(text, { version: "1.1", merge: true }).model_list ?? []).map(
    (item: { model_name: string }) => item.model_name,
  );

const once = (names: readonly string[]): string | undefined =>
  names.find((name) => names.filter((other) => other === name).length === 1);

describe("commenting an entry out and in", () => {
  test("disabling and then enabling must give back the same bytes", () => {
    fc.assert(
      fc.property(anyConfig, ({ text }) => {
        const name = once(namesIn(text));
        fc.pre(name !== undefined);
        const disabled = disableModel(config(text), String(name));
        expect(namesIn(disabled)).toEqual(namesIn(text).filter((other) => other !== name));
        expect(disabledModels(config(disabled)).map((entry) => entry.name)).toContain(name);
        expect(enableModel(config(disabled), String(name))).toBe(text);
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ["with the # in the list's column", "  # - model_name: b\n  #   litellm_params:\n  #     model: groq/b\n"],
    ["with the # in the first column", "#   - model_name: b\n#     litellm_params:\n#       model: groq/b\n"],
    ["with no space behind the #", "#  - model_name: b\n#    litellm_params:\n#      model: groq/b\n"],
  ])("an entry commented out %s must be found and taken in", (_, block) => {
    const rest = "  # words\n\nlitellm_settings: {}\n";
    const head = "model_list:\n  - model_name: a\n    litellm_params:\n      model: groq/a\n";
    const bare = "  - model_name: b\n    litellm_params:\n      model: groq/b\n";
    expect(enableModel(config(head + block + rest), "b")).toBe(head + bare + rest);
  });

  test("prose that begins with a dash must not be taken for an entry", () => {
    const text =
      "model_list:\n  # - one thing\n  # - model_name: nothing else\n  - model_name: a\n    litellm_params: { model: groq/a }\n";
    expect(disabledModels(config(text))).toEqual([]);
  });

  test("a name that is not commented out must be refused, the nearest named", () => {
    const text = "model_list:\n  # - model_name: qwen3-4b-local\n  #   litellm_params: { model: openai/q }\n";
    expect(() => enableModel(config(text), "qwen3-4b-locl")).toThrow(
      expect.objectContaining({
        code: "usage",
        fixes: [expect.objectContaining({ command: "goat-dev models enable qwen3-4b-local" })],
      }),
    );
    expect(() => disableModel(config(text), "qwen3-4b-local")).toThrow(expect.objectContaining({ code: "usage" }));
  });
});

describe("another address", () => {
  const text =
    "model_list:\r\n- model_name: a # one\r\n  litellm_params:\r\n    api_base: 'http://old'   # here\r\n    model: openai/x\r\n";

  test("must change nothing but the address", () => {
    expect(setApiBase(config(text), "a", "https://new.example/v1")).toBe(
      text.replace("'http://old'", "https://new.example/v1"),
    );
  });

  test("must be refused where the entry has none of its own", () => {
    const without = text.replace(/ {4}api_base.*\r\n/, "");
    expect(() => setApiBase(config(without), "a", "https://new.example/v1")).toThrow(
      /dev\/litellm-config\.yaml:2:1 a has no api_base/,
    );
  });
});
