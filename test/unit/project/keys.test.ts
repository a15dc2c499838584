import fc from "fast-check";
import { expect, test } from "vitest";
import { noProviderKey, passwordMistakes } from "../../../src/doctor/checks/env-file.ts";
import { readKeys, withoutGatewayKey } from "../../../src/project/keys.ts";

const usable = (env: Record<string, string>): readonly string[] => readKeys(env).usable.map(({ id }) => id);

test("a provider must count when all its variables are filled", () => {
  expect(usable({ GROQ_API_KEY: "gsk_1", OPENAI_API_KEY: " ", ANTHROPIC_API_KEY: "sk-ant" })).toEqual([
    "groq",
    "anthropic",
  ]);
  expect(usable({ AZURE_API_KEY: "k", AZURE_API_BASE: "https://x.openai.azure.com" })).toEqual(["azure"]);
  expect(usable({})).toEqual([]);
});

test("Azure's key without its base must be named as half set", () => {
  const keys = readKeys({ AZURE_API_KEY: "secret-azure-key" });
  expect(keys.usable).toEqual([]);
  expect(keys.halfSet.map(({ provider, missing }) => [provider.id, missing])).toEqual([["azure", ["AZURE_API_BASE"]]]);
  const error = noProviderKey(keys, { envFile: "/p/.env", places: {}, notes: [] });
  expect(error).toMatchObject({ code: "no-provider-key", exitCode: 2 });
  expect(error.message).toMatchInlineSnapshot(
    `"no provider key in /p/.env: set one of AZURE_API_KEY with AZURE_API_BASE, GROQ_API_KEY, OPENAI_API_KEY or ANTHROPIC_API_KEY"`,
  );
  expect(error.evidence).toEqual(["Azure OpenAI: AZURE_API_BASE is missing"]);
  expect(JSON.stringify(error)).not.toContain("secret-azure-key");
});

test("the gateway's own key must not be taken for OpenAI's, and be told of", () => {
  for (const env of [
    { OPENAI_API_KEY: "sk-dev-key" },
    { OPENAI_API_KEY: "sk-mine", LITELLM_MASTER_KEY: "sk-mine" },
    { OPENAI_API_KEY: "sk-dev-key", LITELLM_MASTER_KEY: "" },
  ]) {
    expect(usable(env)).toEqual([]);
    expect(readKeys(env).notes).toHaveLength(1);
    expect(withoutGatewayKey(env)).not.toHaveProperty("OPENAI_API_KEY");
  }
  const real = { OPENAI_API_KEY: "sk-proj", LITELLM_MASTER_KEY: "sk-dev-key" };
  expect(usable(real)).toEqual(["openai"]);
  expect(readKeys(real).notes).toEqual([]);
  expect(withoutGatewayKey(real)).toBe(real);
});

test("a password that DATABASE_URL cannot hold must be refused by kind, never shown", () => {
  const error = passwordMistakes({ POSTGRES_USER: "goat", POSTGRES_PASSWORD: "p@ss wörd%" });
  expect(error).toMatchObject({ code: "password-needs-encoding", exitCode: 2 });
  expect(error?.evidence).toMatchInlineSnapshot(`
    [
      "POSTGRES_PASSWORD holds a space, a character that divides a URL (: / ? # [ ] @), a percent sign and a letter outside ASCII",
    ]
  `);
  expect(JSON.stringify([error?.message, error?.evidence, error?.fixes])).not.toContain("p@ss");
});

test("a password that a URL parser gives back as it is must be let through, any other refused", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, unit: fc.oneof(fc.constantFrom(..."aZ9-._~!$&'()*+,;=:/?#[]@% <>\\^`{|}\"é\n")) }),
      (password) => {
        const accepted = passwordMistakes({ POSTGRES_PASSWORD: password }) === undefined;
        const url = `postgresql://goat:${password}@localhost:5432/litellm`;
        const read = URL.canParse(url)
          ? decodeURIComponent(new URL(url).password.replace(/%(?![0-9A-F]{2})/g, "%25"))
          : null;
        if (accepted) expect(read).toBe(password);
        else expect(password).toMatch(/[^A-Za-z0-9._~!$&'()*+,;=-]/);
      },
    ),
  );
});
