import { createHash, timingSafeEqual } from "node:crypto";

export interface ApiKeys {
  readonly publicKey: string;
  readonly secretKey: string;
}

/** What a sender may do: everything, or send scores, which its public key alone allows. */
export type Scope = "all" | "scores";

export type Access = { readonly ok: true; readonly scope: Scope } | { readonly ok: false; readonly refusal: string };

const hint = "Confirm that you've configured the correct host.";

/**
 * Reads an `Authorization` header as Langfuse does, and refuses in its words. With Basic, only the secret key is
 * checked, whatever public key comes with it.
 */
export function accessOf(header: string | undefined, keys: ApiKeys): Access {
  if (header === undefined || header === "") return refuse("No authorization header");
  const [, scheme = "", given = ""] = /^(Basic|Bearer) (.*)$/.exec(header) ?? [];
  if (scheme === "Bearer") {
    return isSame(given, keys.publicKey) ? { ok: true, scope: "scores" } : refuse(`Invalid public key. ${hint}`);
  }
  if (scheme !== "Basic") return refuse("Invalid authorization header");
  const login = decode(given);
  if (login === null) return refuse(`Invalid character. ${hint}`);
  const secret = login.split(":")[1] ?? "";
  if (secret === "") return refuse(`Invalid authorization header. ${hint}`);
  return isSame(secret, keys.secretKey) ? { ok: true, scope: "all" } : refuse(`Invalid credentials. ${hint}`);
}

function refuse(refusal: string): Access {
  return { ok: false, refusal };
}

// Hashes have one length, which timingSafeEqual needs, and hide how long the real key is.
function isSame(left: string, right: string): boolean {
  return timingSafeEqual(createHash("sha256").update(left).digest(), createHash("sha256").update(right).digest());
}

/** Null where it is not base64. */
function decode(text: string): string | null {
  try {
    return atob(text);
  } catch {
    return null;
  }
}
