import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { parse, stringify } from "yaml";
import { GoatError } from "../../../../src/errors/goat-error.ts";
import { addModel, removeModel } from "../../../../src/gateway/edit/models.ts";
import type { NewEntry } from "../../../../src/gateway/edit/new-entry.ts";
import { yamlText } from "../../../../src/gateway/edit/yaml-source.ts";
import { anyConfig, freshName } from "../../../support/arbitrary-config.ts";

// Hundreds of configs are read many times over.
vi.setConfig({ testTimeout: 60_000 });

const entry = (name: string): NewEntry => ({
  name,
  params: { model: "anthropic/claude-sonnet-4-5", api_key: "os.environ/ANTHROPIC_API_KEY" },
  info: {},
});

const vllmEntry = (name: string): NewEntry => ({
  name,
  params: { model: "openai/x", api_key: "not-needed", switch: true, list: ["one", "two: three"] },
  info: { mode: "chat" },
});

const config = (text: string) => ({ path: "dev/litellm-config.yaml", text });

const textOf = (error: unknown): string =>
  error instanceof GoatError ? [error.code, error.message, ...error.evidence].join("\n") : `no GoatError: ${error}`;

const refusal = (act: () => string): string => {
  try {
    return `not refused: ${act()}`;
  } catch (error) {
    return textOf(error);
  }
};

const namesIn = (text: string): readonly string[] =>
  (parse(text, { version: "1.1", merge: true }).model_list ?? []).map(
    (item: { model_name: string }) => item.model_name,
  );

describe("adding and removing a model", () => {
  test("adding and then removing must give back the same bytes", () => {
    fc.assert(
      fc.property(anyConfig, freshName, fc.constantFrom(entry, vllmEntry), ({ text }, name, make) => {
        const added = addModel(config(text), make(name));
        expect(namesIn(added)).toEqual([...namesIn(text), name]);
        expect(removeModel(config(added), name)).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  test("what is added must be whole lines of its own, in the text's own line breaks", () => {
    fc.assert(
      fc.property(anyConfig, freshName, ({ text }, name) => {
        const added = addModel(config(text), entry(name));
        const [before, after] = [text.split(/(?<=\n)/), added.split(/(?<=\n)/)];
        const isMine = (line: string) => line.includes(name) || /claude-sonnet|ANTHROPIC/.test(line);
        expect(after.filter(isMine)).toHaveLength(3);
        expect(added.includes("\r\n") && /[^\r]\n/.test(added)).toBe(text.includes("\r\n") && /[^\r]\n/.test(text));
        expect(after.length - before.length).toBeGreaterThanOrEqual(3);
      }),
    );
  });

  test("removing a name must leave every other entry as it is, whatever stands between", () => {
    fc.assert(
      fc.property(anyConfig, ({ text }) => {
        const [name = "none"] = namesIn(text);
        fc.pre(name !== "none");
        const removed = removeModel(config(text), String(name));
        expect(namesIn(removed)).toEqual(namesIn(text).filter((other) => other !== name));
        const lines = text.split(/\r?\n/);
        expect(removed.split(/\r?\n/).filter((line) => !lines.includes(line))).toEqual([]);
      }),
    );
  });
});

describe("a config that cannot be edited", () => {
  test.each([
    ["nothing at all", "", /dev\/litellm-config\.yaml:1:1 /],
    ["a comment alone", "# nothing\n", /dev\/litellm-config\.yaml:1:1 /],
    ["a list", "- a\n- b\n", /dev\/litellm-config\.yaml:1:1 the config must be a map/],
    ["a word", "hello\n", /dev\/litellm-config\.yaml:1:1 the config must be a map/],
    ["no model_list", "litellm_settings: {}\n", /dev\/litellm-config\.yaml:1:1 .*model_list/],
    ["tabs", "model_list:\n\t- model_name: a\n", /dev\/litellm-config\.yaml:2:1 /],
    [
      "a model_list that is text",
      "x: 1\nmodel_list: gpt\n",
      /dev\/litellm-config\.yaml:2:\d+ model_list must be a list/,
    ],
    [
      "a model_list that is a map",
      "model_list: { a: 1 }\n",
      /dev\/litellm-config\.yaml:1:\d+ model_list must be a list/,
    ],
    ["an entry that is text", "model_list:\n  - gpt\n", /dev\/litellm-config\.yaml:2:5 /],
    [
      "a name that is a number",
      "model_list:\n  - model_name: 7\n    litellm_params: { model: a/b }\n",
      /:2:\d+ .*model_name/,
    ],
    [
      "parameters that are a list",
      "model_list:\n  - model_name: a\n    litellm_params: [1]\n",
      /:3:\d+ .*litellm_params/,
    ],
    ["two documents", "model_list: []\n---\nmodel_list: []\n", /dev\/litellm-config\.yaml:\d+:\d+ /],
    [
      "a list from elsewhere",
      "all: &all []\nmodel_list: *all\n",
      /:2:1 model_list has to be a list in this file, and no alias/,
    ],
  ])("%s must be refused with a place", (_, text, place) => {
    expect(refusal(() => addModel(config(text), entry("new")))).toMatch(place);
    expect(refusal(() => addModel(config(text), entry("new")))).toMatch(/^gateway-config-invalid/);
  });

  test("a wrong type at any place must be refused with a place, or leave it as it is", () => {
    const good = {
      model_list: [
        { model_name: "a", litellm_params: { model: "groq/a", api_key: "k" }, model_info: { mode: "chat" } },
      ],
      litellm_settings: { drop_params: true },
      general_settings: { master_key: "os.environ/LITELLM_MASTER_KEY" },
    };
    const wrong = fc.constantFrom<unknown>(null, 3, true, "text", [], [1], {}, { a: 1 }, [[]], -0.5);
    const paths = pathsOf(good);
    fc.assert(
      fc.property(fc.constantFrom(...paths), wrong, fc.boolean(), (path, value, flow) => {
        const tree: unknown = put(structuredClone(good), path, value);
        const text = flow ? JSON.stringify(tree) : stringify(tree);
        try {
          const added = addModel(config(text), entry("new-model"));
          expect(removeModel(config(added), "new-model")).toBe(text);
        } catch (error) {
          expect(textOf(error)).toMatch(/^gateway-config-invalid\n[\s\S]*dev\/litellm-config\.yaml:\d+:\d+ /);
        }
      }),
    );
  });

  test("an entry whose anchor others use must not be removed", () => {
    const text =
      "model_list:\n  - &a\n    model_name: a\n    litellm_params: &p { model: groq/a }\n  - { model_name: b, litellm_params: *p }\n";
    expect(refusal(() => removeModel(config(text), "a"))).toMatch(/could not be read any more.*nothing was written/);
  });

  test("a taken name must be refused with its line, commented out or not", () => {
    const text =
      "model_list:\n  - model_name: a\n    litellm_params: { model: groq/a }\n  # - model_name: b\n  #   litellm_params: { model: groq/b }\n";
    expect(refusal(() => addModel(config(text), entry("a")))).toContain(
      "a is in dev/litellm-config.yaml already (line 2)",
    );
    expect(refusal(() => addModel(config(text), entry("b")))).toContain("already, commented out (line 4)");
  });
});

test("a parameter that is a switch or a list must be written as one, in one line", () => {
  const text = "model_list:\n- model_name: a\n  litellm_params:\n      model: groq/a\n";
  expect(addModel(config(text), vllmEntry("b"))).toBe(
    `${text}- model_name: b
  litellm_params:
      model: openai/x
      api_key: "not-needed"
      switch: true
      list: ["one","two: three"]
  model_info:
      mode: chat
`,
  );
});

test("a thousand models must be one line of work more", () => {
  const one = (index: number): string => `  - model_name: m-${index}\n    litellm_params: { model: groq/m }\n`;
  const text = `model_list:\n${Array.from({ length: 1000 }, (_, index) => one(index)).join("")}`;
  const added = addModel(config(text), entry("new"));
  expect(added.startsWith(text)).toBe(true);
  expect(removeModel(config(added), "new")).toBe(text);
});

test("lists in brackets, JSON and empty lists must take a model and give it back", () => {
  for (const text of [
    "model_list: []\n",
    "model_list: [ ]  # none\n",
    "model_list:\n",
    "model_list: # none yet\n# - a\nlitellm_settings: {}",
    '{"model_list":[{"model_name":"a","litellm_params":{"model":"groq/a"}}],"general_settings":{}}',
    '{\n  "model_list": [\n    {"model_name":"a","litellm_params":{"model":"groq/a"}}\n  ]\n}\n',
    "model_list: [\n  {model_name: a, litellm_params: {model: groq/a}}, # one\n  {model_name: b, litellm_params: {model: groq/b}},\n]\n",
  ]) {
    const added = addModel(config(text), entry("new"));
    expect(namesIn(added).at(-1)).toBe("new");
    expect(removeModel(config(added), "new")).toBe(text);
  }
});

test("every name must come back as the same text", () => {
  const name = fc.oneof(
    fc.constantFrom(
      "on",
      "null",
      "~",
      "1e3",
      "0x10",
      "1:30",
      "2024-06-01",
      "a: b",
      "*",
      "openai/*",
      "-",
      "?",
      "a #b",
      "[x]",
      "'",
      '"',
    ),
    fc.string({ unit: "grapheme", minLength: 1 }),
  );
  fc.assert(
    fc.property(name, (text) => {
      expect(parse(`a: ${yamlText(text)}\n`, { version: "1.1" })).toEqual({ a: text });
    }),
  );
});

type Step = string | number;

const pathsOf = (value: unknown, path: readonly Step[] = []): (readonly Step[])[] =>
  typeof value !== "object" || value === null
    ? [path]
    : [
        path,
        ...Object.entries(value).flatMap(([key, item]) =>
          pathsOf(item, [...path, Array.isArray(value) ? Number(key) : key]),
        ),
      ];

const put = (tree: unknown, [step, ...rest]: readonly Step[], value: unknown): unknown => {
  if (step === undefined) return value;
  const holder = tree as Record<Step, unknown>;
  holder[step] = put(holder[step], rest, value);
  return tree;
};
