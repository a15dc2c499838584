import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createScram } from "../../../src/platform/scram.ts";

const hmac = (key: Uint8Array, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const salt = Buffer.from("a salt of sixteen");

/** The server's side of RFC 5802, from the password as it was stored. */
const serverOf = (stored: string, iterations = 4096) => {
  const salted = pbkdf2Sync(stored, salt, iterations, 32, "sha256");
  const storedKey = createHash("sha256").update(hmac(salted, "Client Key")).digest();
  return {
    first: (clientFirst: string) =>
      `${clientFirst.slice(clientFirst.indexOf("r="))}more,s=${salt.toString("base64")},i=${iterations}`,
    /** Null for a proof that is wrong. */
    final: (clientFirst: string, serverFirst: string, answer: string): string | null => {
      const [withoutProof = "", proof = ""] = answer.split(",p=");
      const signed = `${clientFirst.slice(3)},${serverFirst},${withoutProof}`;
      const signature = hmac(storedKey, signed);
      const clientKey = Buffer.from(Buffer.from(proof, "base64").map((byte, index) => byte ^ (signature[index] ?? 0)));
      if (!createHash("sha256").update(clientKey).digest().equals(storedKey)) return null;
      return `v=${hmac(hmac(salted, "Server Key"), signed).toString("base64")}`;
    },
  };
};

const logIn = (password: string, stored: string): boolean => {
  const client = createScram(password, "nonce");
  const server = serverOf(stored, 2);
  const serverFirst = server.first(client.first);
  const final = server.final(client.first, serverFirst, client.answer(serverFirst));
  if (final === null) return false;
  client.verify(final);
  return true;
};

test("the right password must be proven, and no other", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (one, other) => {
      expect(logIn(one, one)).toBe(true);
      expect(logIn(other, one)).toBe(one === other);
    }),
  );
});

test("a password must be prepared as Postgres prepares it", () => {
  expect(logIn("a\u00A0\u00ADb\uFF21", "a bA")).toBe(true);
});

test("a server that does not know the password must not be believed", () => {
  const client = createScram("secret", "nonce");
  expect(() => client.verify("v=")).toThrow("does not know");
  client.answer(serverOf("secret").first(client.first));
  expect(() => client.verify(`v=${Buffer.alloc(32).toString("base64")}`)).toThrow("does not know");
  expect(() => client.verify("e=other-error")).toThrow("does not know");
});

test.each([
  ["a nonce that is not ours", "r=others,s=c2FsdA==,i=4096"],
  ["a nonce that the server added nothing to", "r=nonce,s=c2FsdA==,i=4096"],
  ["no salt", "r=nonce1,s=,i=4096"],
  ["no count", "r=nonce1,s=c2FsdA=="],
  ["a count that would take minutes", "r=nonce1,s=c2FsdA==,i=100000001"],
])("%s must end the log-in", (_what, serverFirst) => {
  expect(() => createScram("secret", "nonce").answer(serverFirst)).toThrow("makes no sense");
});
