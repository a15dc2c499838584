import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { diffLines } from "../../../../src/gateway/edit/diff.ts";
import { addToSecret, addToTemplate, passVariable, variablesPassed } from "../../../../src/gateway/edit/variables.ts";

const dev = (name: string): string => readFileSync(join(import.meta.dirname, "../../../../dev", name), "utf8");
const compose = (text: string) => ({ path: "dev/docker-compose.yml", text });

describe("passing a variable to a service", () => {
  test("must be one line more in the shipped Compose file, behind the other keys", () => {
    const text = dev("docker-compose.yml");
    const edited = passVariable(compose(text), "litellm", "MISTRAL_API_KEY");
    expect(edited).toBe(
      text.replace("      - ANTHROPIC_API_KEY\n", "      - ANTHROPIC_API_KEY\n      - MISTRAL_API_KEY\n"),
    );
    expect(passVariable(compose(edited), "litellm", "MISTRAL_API_KEY")).toBe(edited);
  });

  test.each([
    [
      "a map",
      "environment:\n      A: 1\n      B:   # none\n      C: 2\n",
      "environment:\n      A: 1\n      B:   # none\n      X:\n      C: 2\n",
    ],
    ["a map of values alone", "environment:\n      A: 1", "environment:\n      A: 1\n      X:"],
    ["a list of values alone", "environment:\n     - A=1\r\n", "environment:\n     - A=1\r\n     - X\r\n"],
    ["a list in brackets", "environment: [A, B=1] # c\n", "environment: [A, B=1, X] # c\n"],
    ["a map in braces", "environment: {A: b}\n", "environment: {A: b, X: null}\n"],
  ])("must keep %s as it is written", (_, before, after) => {
    const head = "services:\n  litellm:\n    image: a\n    ";
    expect(passVariable(compose(head + before), "litellm", "X")).toBe(head + after);
  });

  test("must be refused where there is no environment of its own, with what to type", () => {
    for (const text of [
      "services:\n  litellm:\n    image: a\n",
      "services: {}\n",
      "x: &e [A]\nservices: { litellm: { environment: *e } }\n",
    ]) {
      expect(() => passVariable(compose(text), "litellm", "X")).toThrow(
        expect.objectContaining({
          code: "compose-invalid",
          fixes: [{ command: "$EDITOR dev/docker-compose.yml", effect: expect.stringContaining("X") }],
        }),
      );
      expect(variablesPassed(compose(text), "litellm")).toBeNull();
    }
  });
});

test("the .env template must name the variable behind the other keys, once", () => {
  const text = dev(".env.example");
  const edited = addToTemplate(text, "MISTRAL_API_KEY");
  expect(edited).toBe(text.replace("ANTHROPIC_API_KEY=\n", "ANTHROPIC_API_KEY=\nMISTRAL_API_KEY=\n"));
  expect(addToTemplate(edited, "MISTRAL_API_KEY")).toBe(edited);
  expect(addToTemplate("# GROQ_API_KEY=\n", "GROQ_API_KEY")).toBe("# GROQ_API_KEY=\n");
  expect(addToTemplate("A=1\r\nB=2", "X_KEY")).toBe("A=1\r\nB=2\r\nX_KEY=");
});

test("the cloud's list of secrets must hold the variable in its secret, once, and stay as it is laid out", () => {
  const file = { path: "dev/modal-secrets.json", text: dev("modal-secrets.json") };
  const edited = addToSecret(file, "goat-llm-providers", "MISTRAL_API_KEY");
  expect(edited).toBe(file.text.replace('"ANTHROPIC_API_KEY"\n', '"ANTHROPIC_API_KEY",\n      "MISTRAL_API_KEY"\n'));
  expect(addToSecret({ ...file, text: edited }, "goat-llm-providers", "MISTRAL_API_KEY")).toBe(edited);
  expect(JSON.parse(addToSecret(file, "goat-hf-token", "X")).secrets["goat-hf-token"]).toEqual(["HF_TOKEN", "X"]);
  expect(() => addToSecret(file, "goat-none", "X")).toThrow(/no list of variables for goat-none/);
});

test("a diff must show the changed lines with a little around them", () => {
  expect(diffLines("a\nb\nc\nd\n", "a\nb\nx\nc\nd\n")).toEqual(["@@ line 3 @@", "  a", "  b", "+ x", "  c", "  d"]);
  expect(diffLines("a\r\nb\r\n", "a\r\n")).toEqual(["@@ line 2 @@", "  a", "- b"]);
  const far = Array.from({ length: 20 }, (_, index) => `${index + 1}\n`);
  const edited = far.map((line) => (line === "3\n" || line === "17\n" ? "x\n" : line));
  expect(diffLines(far.join(""), edited.join("")).filter((line) => line.startsWith("@@"))).toEqual([
    "@@ line 3 @@",
    "@@ line 17 @@",
  ]);
  expect(diffLines("a\n", "a\n")).toEqual([]);
});
