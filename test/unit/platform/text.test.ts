import { expect, test } from "vitest";
import { cut, list, looksSecret, maskArguments, plural } from "../../../src/platform/text.ts";

test("counts and lists must read as sentences do", () => {
  expect(plural(1, "model")).toBe("1 model");
  expect(plural(0, "entry", "entries")).toBe("0 entries");
  expect(list(["a"])).toBe("a");
  expect(list(["a", "b", "c"], "or")).toBe("a, b or c");
  expect(list([])).toBe("");
  expect(cut("日本語", 2)).toBe("日…");
});

test("names that hold secrets must be known, others left readable", () => {
  for (const name of [
    "GROQ_API_KEY",
    "api-key",
    "apikey",
    "LITELLM_MASTER_KEY",
    "POSTGRES_PASSWORD",
    "SALT",
    "token",
    "NEXTAUTH_SECRET",
  ]) {
    expect([name, looksSecret(name)]).toEqual([name, true]);
  }
  for (const name of [
    "POSTGRES_USER",
    "LITELLM_IMAGE",
    "LANGFUSE_PUBLIC_KEY",
    "AZURE_API_BASE",
    "KEYBOARD",
    "ssl-keyfile",
    "AWS_ACCESS_KEY_ID",
    "PWD",
    "OLDPWD",
    "SSH_AUTH_SOCK",
  ]) {
    expect([name, looksSecret(name)]).toEqual([name, false]);
  }
});

test("a command line must be shown without its keys", () => {
  const args = ["litellm", "--api-key", "sk-1", "--token=t", "OPENAI_API_KEY=sk-2", "--port", "4000"];
  const more = ["postgresql://goat:pw@db:5432/x", "-H", "Authorization: Bearer abc", "--debug"];
  expect(maskArguments([...args, ...more]).join(" ")).toBe(
    "litellm --api-key *** --token=*** OPENAI_API_KEY=*** --port 4000 " +
      "postgresql://goat:***@db:5432/x -H Authorization: Bearer *** --debug",
  );
});
