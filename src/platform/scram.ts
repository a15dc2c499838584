import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from "node:crypto";

/** A log-in by SCRAM-SHA-256 (RFC 5802, RFC 7677) without channel binding, seen from the client. */
export interface Scram {
  readonly first: string;
  /** Answers the server's first message. Throws where that is none, or not for this log-in. */
  answer(serverFirst: string): string;
  /** Throws unless the server has shown that it knows the password too. */
  verify(serverFinal: string): void;
}

const mostIterations = 100_000;

const hmac = (key: Uint8Array, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** What Postgres, too, does to a password before it hashes it: SASLprep without what it forbids. */
const prepared = (password: string): string =>
  password
    .replace(/[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/g, " ")
    .replace(/\u00AD|\u034F|\u1806|[\u180B-\u180D]|\u200C|\u200D|\u2060|[\uFE00-\uFE0F]|\uFEFF/g, "")
    .normalize("NFKC");

const attribute = (message: string, name: string): string | undefined =>
  message
    .split(",")
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(2);

export const createScram = (password: string, clientNonce: string): Scram => {
  const bare = `n=*,r=${clientNonce}`;
  let expected: Buffer | undefined;
  return {
    first: `n,,${bare}`,
    answer: (serverFirst) => {
      const nonce = attribute(serverFirst, "r") ?? "";
      const salt = Buffer.from(attribute(serverFirst, "s") ?? "", "base64");
      const iterations = Number(attribute(serverFirst, "i"));
      const isOurs = nonce.startsWith(clientNonce) && nonce.length > clientNonce.length;
      const canBeDone = Number.isInteger(iterations) && iterations >= 1 && iterations <= mostIterations;
      if (!isOurs || salt.length === 0 || !canBeDone) throw new Error("the server's SCRAM message makes no sense");
      const withoutProof = `c=biws,r=${nonce}`;
      const signed = `${bare},${serverFirst},${withoutProof}`;
      const salted = pbkdf2Sync(prepared(password), salt, iterations, 32, "sha256");
      const clientKey = hmac(salted, "Client Key");
      const signature = hmac(createHash("sha256").update(clientKey).digest(), signed);
      const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
      expected = hmac(hmac(salted, "Server Key"), signed);
      return `${withoutProof},p=${proof.toString("base64")}`;
    },
    verify: (serverFinal) => {
      const shown = Buffer.from(attribute(serverFinal, "v") ?? "", "base64");
      const isRight = expected !== undefined && shown.length === expected.length && timingSafeEqual(shown, expected);
      if (!isRight) throw new Error("the server does not know the password");
    },
  };
};
