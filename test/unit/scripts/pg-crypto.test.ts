import { createRequire } from "node:module";
import fc from "fast-check";
import { expect, test } from "vitest";

interface PgCrypto {
  randomBytes(length: number): Uint8Array;
  md5(text: string): Promise<string> | string;
  postgresMd5PasswordHash(user: string, password: string, salt: Buffer): Promise<string> | string;
  sha256(data: Uint8Array): Promise<ArrayBuffer> | Buffer;
  hashByName(name: string, data: Uint8Array): Promise<ArrayBuffer> | Buffer;
  hmacSha256(key: Uint8Array, text: string): Promise<ArrayBuffer> | Buffer;
  deriveKey(password: string, salt: Uint8Array, iterations: number): Promise<ArrayBuffer | Buffer>;
}

const require = createRequire(import.meta.url);
const theirs: PgCrypto = require("pg/lib/crypto/utils.js");
const ours: PgCrypto = require("../../../scripts/pg-crypto.cjs");

const hex = (data: ArrayBuffer | Uint8Array): string => Buffer.from(data as Uint8Array).toString("hex");
const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });

test("what stands in for pg's cryptography must have every function of it, and no other", () => {
  expect(Object.keys(ours).toSorted()).toEqual(Object.keys(theirs).toSorted());
});

test("what stands in for pg's cryptography must answer as it does", async () => {
  const same = async (text: string, salt: Uint8Array, iterations: number): Promise<void> => {
    const ask = async (from: PgCrypto): Promise<readonly string[]> => [
      await from.md5(text),
      await from.postgresMd5PasswordHash("goat", text, Buffer.from(salt)),
      hex(await from.sha256(salt)),
      hex(await from.hashByName("SHA-256", salt)),
      hex(await from.hashByName("SHA-384", salt)),
      hex(await from.hashByName("SHA-512", salt)),
      hex(await from.hmacSha256(salt, text)),
      hex(await from.deriveKey(text, salt, iterations)),
    ];
    expect(await ask(ours)).toEqual(await ask(theirs));
  };
  await fc.assert(fc.asyncProperty(fc.string({ unit: "binary" }), bytes, fc.integer({ min: 1, max: 50 }), same));
});

test("what stands in for pg's cryptography must give as many random bytes as are asked for, others each time", () => {
  const [one, other] = [ours.randomBytes(18), ours.randomBytes(18)];
  expect(one).toHaveLength(18);
  expect(hex(one)).not.toBe(hex(other));
});
