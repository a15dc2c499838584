import { isIP } from "node:net";
import { systemCode } from "../errors/describe.ts";
import { GoatError, retold } from "../errors/goat-error.ts";
import { decoration } from "../platform/deadline.ts";
import type { Provider, Route } from "./routes.ts";

/** Where providers are asked whose routes name no address. */
const usualAddresses: Readonly<Partial<Record<Provider, string>>> = {
  openai: "https://api.openai.com",
  groq: "https://api.groq.com",
  anthropic: "https://api.anthropic.com",
};

const lookLimitMs = 3_000;

/**
 * A call to which no provider answered, with the certificate that stands in its way, if one does: LiteLLM says no more of it than
 * "Connection error." Any other error comes back as it is.
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
        effect: "has it trust what is in that file as well: your company's certificate, in PEM",
      },
      ...error.fixes.slice(-1),
    ],
  });
}

/** Why this machine does not trust who answers there; null where it does, or nobody answers. */
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

/** Node's codes for a certificate that is nobody's known, over, or another name's. */
const distrust = /CERT|SELF_SIGNED|UNABLE_TO_/;
