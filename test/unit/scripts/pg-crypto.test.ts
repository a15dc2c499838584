import { createRequire } from "node:module";
import fc from "fast-check";
import { expect, test } from "vitest";

const load = createRequire(import.meta.url);
const own = load("../../../scripts/pg-crypto.cjs");
const theirs = load("pg/lib/crypto/utils.js");

const bytes = fc.uint8Array({ minLength: 1, maxLength: 64 }).map((array) => Buffer.from(array));
const hex = (value: ArrayBuffer | Buffer): string => Buffer.from(value as ArrayBuffer).toString("hex");

test("what the bundle gives pg in place of its own cryptography must have the same names", () => {
  expect(Object.keys(own).toSorted()).toEqual(Object.keys(theirs).toSorted());
});

test("it must come to the same answers", () =>
  fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme" }), fc.string(), bytes, async (text, user, salt) => {
      expect(own.md5(text)).toBe(await theirs.md5(text));
      expect(own.postgresMd5PasswordHash(user, text, salt)).toBe(
        await theirs.postgresMd5PasswordHash(user, text, salt),
      );
      expect(hex(own.sha256(salt))).toBe(hex(await theirs.sha256(salt)));
      expect(hex(own.hmacSha256(salt, text))).toBe(hex(await theirs.hmacSha256(salt, text)));
      for (const name of ["SHA-1", "SHA-256", "SHA-384", "SHA-512"]) {
        expect(hex(own.hashByName(name, salt))).toBe(hex(await theirs.hashByName(name, salt)));
      }
      expect(hex(await own.deriveKey(text, salt, 16))).toBe(hex(await theirs.deriveKey(text, salt, 16)));
    }),
  ));

test("a nonce must be as long as it is asked for, and never the same", () => {
  const nonces = Array.from({ length: 100 }, () => own.randomBytes(18).toString("base64"));
  expect(new Set(nonces).size).toBe(100);
  expect(nonces[0]).toHaveLength(24);
});
