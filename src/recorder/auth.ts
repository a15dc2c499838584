import { createHash, timingSafeEqual } from "node:crypto";

export interface ApiKeys {
  readonly publicKey: string;
  readonly secretKey: string;
}

/** Null lets the request pass; a text is the 401's message, in Langfuse's words. */
export type Refusal = string | null;

const invalid = "Invalid credentials. Confirm that you've configured the correct host.";

// Hashes have one length, which timingSafeEqual needs, and hide how long the real key is.
const same = (left: string, right: string): boolean =>
  timingSafeEqual(createHash("sha256").update(left).digest(), createHash("sha256").update(right).digest());

/** Basic auth with the public key as user and the secret key as password. */
export const refuse = (header: string | undefined, keys: ApiKeys): Refusal => {
  if (header === undefined || header === "") return "No authorization header";
  const [, scheme = "", given = ""] = /^(\S+)\s+(\S.*)$/.exec(header.trim()) ?? [];
  if (scheme.toLowerCase() === "bearer") {
    return same(given, keys.publicKey) ? "Access denied - need to use basic auth with secret key" : invalid;
  }
  if (scheme.toLowerCase() !== "basic") return "Invalid authorization header";
  const decoded = Buffer.from(given, "base64").toString("utf8");
  return same(decoded, `${keys.publicKey}:${keys.secretKey}`) ? null : invalid;
};
