import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** The names under which a browser of this machine reaches a page of this machine. */
const ownNames: readonly string[] = ["127.0.0.1", "localhost", "[::1]"];

/** False for a name that somebody else's DNS resolves to this machine (DNS rebinding). */
export function isOwnHost({ headers }: IncomingMessage): boolean {
  return ownNames.includes((headers.host ?? "").replace(/:\d+$/, ""));
}

/** False where a page of another origin sent the request. A request that no page sent has no Origin header. */
export function isOwnOrigin({ headers, method }: IncomingMessage): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  const { origin } = headers;
  if (origin === undefined) return method === "GET" || method === "HEAD" || site === "same-origin";
  return origin === `http://${headers.host}` || origin === `https://${headers.host}`;
}

/** The request's URL; null where it is not valid, such as `//`. */
export function addressOf({ url = "/" }: IncomingMessage): URL | null {
  const base = "http://localhost";
  return URL.canParse(url, base) ? new URL(url, base) : null;
}

export function cookieOf({ headers }: IncomingMessage, name: string): string | undefined {
  for (const part of (headers.cookie ?? "").split(";")) {
    const [key, value] = part.trim().split("=");
    if (key === name) return value;
  }
  return undefined;
}

/** A cookie that scripts cannot read, that requests of other sites do not carry, and that ends with the browser. */
export function setCookie(name: string, value: string): string {
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Strict`;
}

export function newSecret(): string {
  return randomBytes(24).toString("base64url");
}

/** Compares hashes: they have the equal length that timingSafeEqual needs, and hide the length of the secret. */
export function isSame(left: string, right: string): boolean {
  return timingSafeEqual(hashOf(left), hashOf(right));
}

function hashOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
