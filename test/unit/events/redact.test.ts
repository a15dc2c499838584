import fc from "fast-check";
import { expect, test } from "vitest";
import { createRedactor, secretsIn } from "../../../src/events/redact.ts";

const key = { name: "GROQ_API_KEY", value: "gsk_0123456789" };

test("a secret must be masked with its variable's name wherever it stands", () => {
  const redactor = createRedactor([key]);
  expect(redactor.text("refused gsk_0123456789, gsk_0123456789!")).toBe("refused [GROQ_API_KEY], [GROQ_API_KEY]!");
});

test("the URL-encoded, JSON and base64 forms of a secret must be masked too", () => {
  const value = 'p/ss "wörd"+%';
  const redactor = createRedactor([{ name: "POSTGRES_PASSWORD", value }]);
  const forms = [
    encodeURIComponent(value),
    encodeURIComponent(value).toLowerCase(),
    JSON.stringify(value),
    Buffer.from(value).toString("base64"),
    Buffer.from(value).toString("base64url"),
  ];
  for (const form of forms) expect(redactor.text(`<${form}>`)).toContain("[POSTGRES_PASSWORD]");
});

test("every line of a secret of several lines must be masked, for logs come by line", () => {
  const redactor = createRedactor([{ name: "KEY", value: "-----BEGIN KEY-----\nabcdefghij\nklmnopqrst\n" }]);
  expect(redactor.text("at klmnopqrst of -----BEGIN KEY-----")).toBe("at [KEY] of -----BEGIN KEY-----");
});

test("a secret inside a longer one must not leave the rest readable", () => {
  const longer = { name: "LONG", value: "abcdefgh-and-more" };
  const redactor = createRedactor([{ name: "SHORT", value: "abcdefgh" }, longer]);
  expect(redactor.text("abcdefgh-and-more abcdefgh")).toBe("[LONG] [SHORT]");
});

test("short values, names and the template's key must stay readable", () => {
  const redactor = createRedactor([
    { name: "A_KEY", value: "sk-dev-key" },
    { name: "B_KEY", value: "1234567" },
    { name: "C_PASSWORD", value: "postgres" },
    { name: "D_SECRET", value: "LITELLM_MASTER_KEY" },
    { name: "LITELLM_MASTER_KEY", value: "" },
  ]);
  redactor.allow(["postgres"]);
  const text = "sk-dev-key 1234567 postgres LITELLM_MASTER_KEY";
  expect(redactor.text(text)).toBe(text);
});

test("a secret added later must be masked from then on", () => {
  const redactor = createRedactor();
  expect(redactor.text(key.value)).toBe(key.value);
  redactor.add([key]);
  expect(redactor.text(key.value)).toBe("[GROQ_API_KEY]");
});

test("data must be redacted to its depth, keys too, and keep its shape", () => {
  const redactor = createRedactor([key]);
  const data = { a: [1, null, true, { b: key.value, [key.value]: "x" }], c: "plain" };
  expect(redactor.data(data)).toEqual({
    a: [1, null, true, { b: "[GROQ_API_KEY]", "[GROQ_API_KEY]": "x" }],
    c: "plain",
  });
});

const secretValue = fc
  .string({ minLength: 8, maxLength: 40, unit: "binary" })
  .filter((value) => value !== "sk-dev-key");
const name = fc.stringMatching(/^[A-Z][A-Z_]{0,12}$/);

test("no text may leak a secret of eight characters or more", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ name, value: secretValue }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.oneof(fc.string(), fc.nat({ max: 3 })), { maxLength: 8 }),
      (secrets, pieces) => {
        const text = pieces
          .map((piece) => (typeof piece === "string" ? piece : (secrets[piece]?.value ?? "")))
          .join("");
        const shown = createRedactor(secrets).text(text);
        const names = secrets.map((secret) => secret.name);
        for (const { value } of secrets) if (!names.includes(value)) expect(shown).not.toContain(value);
      },
    ),
  );
});

test("no text may leak a secret that masks and their neighbours could spell", () => {
  const spelled = fc.stringMatching(/^[[\]KEY]{8,12}$/);
  fc.assert(
    fc.property(spelled, fc.stringMatching(/^[[\]KEY]{0,60}$/), (value, text) => {
      const shown = createRedactor([{ name: "KEY", value }]).text(text + value + text);
      expect(shown).not.toContain(value);
    }),
  );
});

test("a text without secrets must stay as it is", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(
        createRedactor([{ name: "K", value: "\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008" }]).text(text),
      ).toBe(text);
    }),
  );
});

test("secrets must be known by a variable's name or as a URL's password", () => {
  const secrets = secretsIn({
    GROQ_API_KEY: "a",
    POSTGRES_PASSWORD: "b",
    NEXTAUTH_SECRET: "c",
    SALT: "d",
    LANGFUSE_SECRET_KEY: "e",
    DATABASE_URL: "postgresql://goat:p%40ss@db:5432/litellm",
    POSTGRES_USER: "goat",
    LITELLM_IMAGE: "ghcr.io/berriai/litellm:v1",
    AZURE_API_BASE: "https://x.openai.azure.com",
    LANGFUSE_PUBLIC_KEY: "pk-lf-goat",
    POSTGRES_PORT: "5432",
    KEYCLOAK_URL: "http://localhost",
  });
  expect(secrets.map(({ name: variable, value }) => `${variable}=${value}`)).toEqual([
    "GROQ_API_KEY=a",
    "POSTGRES_PASSWORD=b",
    "NEXTAUTH_SECRET=c",
    "SALT=d",
    "LANGFUSE_SECRET_KEY=e",
    "DATABASE_URL=p%40ss",
    "DATABASE_URL=p@ss",
  ]);
});
