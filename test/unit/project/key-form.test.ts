import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { noProviderKey } from "../../../src/doctor/checks/env-file.ts";
import { azureBaseMistake, keyMistake } from "../../../src/project/key-form.ts";
import { keyNotes } from "../../../src/project/key-notes.ts";
import { readKeys } from "../../../src/project/keys.ts";

const long = "0123456789abcdefghijKLMNOPQRST";

describe("what can be no key", () => {
  test.each([
    [`“gsk_${long}”`, "curly quotes"],
    ["# put key here", "a comment: text after an empty value counts as the value"],
    [`sk-ant-api03-${long}`, "a key of Anthropic"],
    [`sk-proj-${long}`, "a key of OpenAI"],
    [`xai-${long}`, "a key of xAI"],
    ["your-key-here", "a placeholder"],
    ["YOUR_GROQ_API_KEY", "a placeholder"],
    ["put your key here", "a placeholder"],
    ["sk-xxx", "a placeholder"],
    ["gsk_xxxxxxxxxxxx", "a placeholder"],
    ["sk-...", "a placeholder"],
    ["<key>", "a placeholder"],
    ["changeme", "a placeholder"],
    ["$GROQ_KEY", "a placeholder"],
    ["op://vault/item", "a reference to 1Password, which nothing looks up here"],
    ["https://console.groq.com/keys", "an address, not a key"],
    ["gsk_0123 4567", "a space"],
  ])("must be told without being shown: %s", (value, why) => {
    expect(keyMistake(value, "Groq")).toBe(why);
  });

  test.each([`gsk_${long}`, "gsk_x", "test", "dummy", long, "sk-0123456789"])("must not be found in %s", (value) => {
    expect(keyMistake(value, "Groq")).toBeNull();
  });

  test("must never be found in what a provider makes", () => {
    const random = fc.stringMatching(/^[A-Za-z0-9]{20,52}$/);
    const made = [
      ["Groq", "gsk_"],
      ["OpenAI", "sk-proj-"],
      ["OpenAI", "sk-"],
      ["Anthropic", "sk-ant-api03-"],
      ["Azure OpenAI", ""],
    ] as const;
    for (const [provider, prefix] of made) {
      fc.assert(
        fc.property(random, (rest) => {
          expect(keyMistake(prefix + rest, provider)).toBeNull();
        }),
      );
    }
  });

  test("must never show the value, whatever it is", () => {
    const value = fc.string({ minLength: 8, unit: "grapheme" }).filter((text) => !/^[\w\s-]*$/.test(text));
    fc.assert(
      fc.property(value, (text) => {
        const told = noProviderKey(readKeys({ GROQ_API_KEY: text }), { envFile: ".env", places: {}, notes: [] });
        expect(JSON.stringify([told.message, told.evidence, told.fixes])).not.toContain(text);
      }),
    );
  });
});

test.each([
  ["x.openai.azure.com", /lacks https/],
  ["https://x.openai.azure.com/openai/deployments/y", /path/],
  ["https://x.openai.azure.com/?api-version=2024-06-01", /api-version=/],
  ["https://NAME.openai.azure.com/", /placeholder/],
  ["https://<resource>.openai.azure.com", /placeholder/],
])("an Azure base such as %s must be told", (base, why) => {
  expect(azureBaseMistake(base)).toMatch(why);
});

test.each(["https://x.openai.azure.com", "https://x.openai.azure.com/", "http://127.0.0.1:4010", ""])(
  "an Azure base such as %s must be let through",
  (base) => {
    expect(azureBaseMistake(base)).toBeNull();
  },
);

describe("a key that was written and is not seen", () => {
  const place = { text: ".env:8" };

  test("must be explained by its name, where that is misspelt or small", () => {
    for (const name of ["GROQ_APIKEY", "groq_api_key", "GROQ_API_KYE", "GROQ-API-KEY"]) {
      const sources = { written: { [name]: "gsk_1" }, shell: {}, places: { [name]: place } };
      expect(keyNotes(sources)).toEqual([`${name} (.env:8) is read by nothing: it is called GROQ_API_KEY`]);
    }
    const others = { written: { MISTRAL_API_KEY: "x", OTHER: "y", LITELLM_MASTER_KEY: "z" }, shell: {}, places: {} };
    expect(keyNotes(others)).toEqual([]);
  });

  test("must be explained by the empty line below it, or the empty variable of the shell", () => {
    const written = { GROQ_API_KEY: "" };
    expect(keyNotes({ written, shell: {}, places: { GROQ_API_KEY: { ...place, earlier: 3 } } })).toEqual([
      "GROQ_API_KEY is set in line 3, and set again to nothing in .env:8, which counts: take that line out",
    ]);
    const empty = { written: { GROQ_API_KEY: "gsk_1" }, shell: { GROQ_API_KEY: "" }, places: { GROQ_API_KEY: place } };
    expect(keyNotes(empty)).toEqual([
      "GROQ_API_KEY is empty in this shell, which wins over .env:8: unset GROQ_API_KEY",
    ]);
  });
});
