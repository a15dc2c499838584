import { isIP } from "node:net";
import { systemCode } from "../errors/describe.ts";
import { GoatError, retold } from "../errors/goat-error.ts";
import { decoration } from "../platform/deadline.ts";
import type { Provider, Route } from "./routes.ts";

/** The address at which LiteLLM calls a provider whose route names none. */
const usualAddresses: Readonly<Partial<Record<Provider, string>>> = {
  openai: "https://api.openai.com",
  groq: "https://api.groq.com",
  anthropic: "https://api.anthropic.com",
};

const lookLimitMs = 3_000;

/**
 * Explains a failed call by the provider's certificate, where this machine does not trust it: LiteLLM itself says only
 * "Connection error." Returns any other error unchanged. Throws the signal's reason.
 */
export async function becauseOfCertificate(
  error: unknown,
  route: Route | undefined,
  signal: AbortSignal,
): Promise<unknown> {
  if (!(error instanceof GoatError) || error.code !== "provider-refused" || route === undefined) return error;
  const address = route.apiBase ?? usualAddresses[route.provider] ?? "";
  const url = URL.canParse(address) ? new URL(address) : null;
  const isCut = error.evidence.some((line) => /connection error|cannot connect|ssl|certificate/i.test(line));
  if (url?.protocol !== "https:" || !isCut) return error;
  const code = await decoration(signal, lookLimitMs, (limited) => distrustOf(url, limited));
  if (code === null) return error;
  return retold(error, {
    message: `the certificate of ${url.host} is not one that the gateway trusts`,
    evidence: [...error.evidence, `TLS with ${url.host}: ${code}`],
    fixes: [
      {
        command: "goat-dev up --set GOAT_DEV_CA_FILE=/path/to/ca.pem",
        effect: "has the gateway trust the certificates of that PEM file too, such as your company's",
      },
      ...error.fixes.slice(-1),
    ],
  });
}

/** Node's error code for the server's certificate; null where this machine trusts it, or where nothing answers. */
async function distrustOf(url: URL, signal: AbortSignal): Promise<string | null> {
  // Loaded where it is needed: every bring-up loads this file.
  const { connect } = await import("node:tls");
  const { hostname, port } = url;
  return new Promise((resolve) => {
    const name = hostname.replace(/^\[|\]$/g, "");
    const to = { host: name, port: port === "" ? 443 : Number(port) };
    const socket = connect(isIP(name) === 0 ? { ...to, servername: name } : to);
    const done = (code: string | null): void => {
      socket.destroy();
      resolve(code);
    };
    signal.addEventListener("abort", () => done(null), { once: true });
    socket.once("secureConnect", () => done(null));
    socket.once("error", (error) => done(distrust.test(systemCode(error) ?? "") ? (systemCode(error) ?? null) : null));
  });
}

/** Node's error codes for a certificate of an unknown issuer, one that has expired, and one for another name. */
const distrust = /CERT|SELF_SIGNED|UNABLE_TO_/;
