import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planSecrets, readSecretTable, refuseIncomplete, type SecretPlan } from "../../../src/modal/secrets.ts";

const path = new URL("../../../dev/modal-secrets.json", import.meta.url);
const table = readSecretTable(readFileSync(path, "utf8"), "dev/modal-secrets.json");
const salt = "00112233445566778899aabbccddeeff";
const good = { LITELLM_MASTER_KEY: "sk-a-key-of-my-own", GROQ_API_KEY: "gsk_1" };

const planned = (
  variables: Readonly<Record<string, string>>,
  there: readonly string[] = [],
  hashes: Readonly<Record<string, string>> = {},
): readonly SecretPlan[] => planSecrets(table, variables, there, { salt, hashes });

const refusal = (variables: Readonly<Record<string, string>>) => () => refuseIncomplete(planned(variables), ".env");

describe("the plan of secrets", () => {
  test("must hold every variable of the table, set or not, and none of another secret", () => {
    const plans = planned(good);
    expect(plans.map(({ name }) => name)).toEqual(Object.keys(table));
    for (const { name, set, unset, values } of plans) {
      expect([...set, ...unset].toSorted()).toEqual([...(table[name] ?? [])].toSorted());
      expect(Object.keys(values)).toEqual(table[name]);
    }
  });

  test("must call unchanged only what is there as it was written last", () => {
    const value = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(value, value, (before, after) => {
        const hashes = Object.fromEntries(
          planned({ ...good, GROQ_API_KEY: before }).map(({ name, hash }) => [name, hash]),
        );
        const variables = { ...good, GROQ_API_KEY: after };
        const change = (there: readonly string[]) =>
          planned(variables, there, hashes).find(({ name }) => name === "goat-llm-providers")?.change;
        expect(change(["goat-llm-providers"])).toBe(before.trim() === after.trim() ? "unchanged" : "replaced");
        expect(change([])).toBe("new");
      }),
    );
  });

  test("must remember a value by a salted hash alone", () => {
    const other = planSecrets(table, good, [], { salt: "f".repeat(32), hashes: {} });
    const [first, second] = [planned(good)[0]?.hash, other[0]?.hash];
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(first).not.toBe(second);
  });
});

describe("a secret that could not work", () => {
  test("must be refused by name where the gateway has no key, or one that everybody knows", () => {
    expect(refusal({})).toThrow("the secret goat-litellm would not work: LITELLM_MASTER_KEY is not set");
    for (const key of ["sk-dev-key", "sk-1234", "short", "no-prefix-but-long"]) {
      expect(refusal({ LITELLM_MASTER_KEY: key })).toThrow(
        expect.objectContaining({ code: "modal-secret-incomplete", message: expect.stringContaining("goat-litellm") }),
      );
    }
    expect(refusal(good)).not.toThrow();
  });

  test("must be refused where Azure or Langfuse is half set, with the variable that is missing", () => {
    expect(refusal({ ...good, AZURE_API_KEY: "k" })).toThrow(
      "the secret goat-llm-providers would not work: it has AZURE_API_KEY, but not AZURE_API_BASE",
    );
    expect(refusal({ ...good, LANGFUSE_HOST: "https://traces.example.com" })).toThrow(
      "the secret goat-langfuse would not work: it has LANGFUSE_HOST, but not LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY",
    );
    expect(refusal({ ...good, LANGFUSE_PUBLIC_KEY: "pk", LANGFUSE_SECRET_KEY: "sk" })).not.toThrow();
  });

  test("must be told together with all others, never with a value", () => {
    const key = "azure-secret-value";
    expect(refusal({ AZURE_API_KEY: key })).toThrow(
      expect.objectContaining({ evidence: ["goat-llm-providers: it has AZURE_API_KEY, but not AZURE_API_BASE"] }),
    );
    try {
      refusal({ AZURE_API_KEY: key })();
    } catch (error) {
      expect(JSON.stringify(error)).not.toContain(key);
    }
  });
});

test("a table that cannot be read must be our mistake, named by file", () => {
  for (const text of ["", "{}", '{"secrets": {"a": "b"}}', '{"secrets": {"a": [1]}}']) {
    expect(() => readSecretTable(text, "dev/modal-secrets.json")).toThrow("dev/modal-secrets.json cannot be read");
  }
});
