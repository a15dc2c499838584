import { type Fix, GoatError } from "../../errors/goat-error.ts";

export interface TlsMaterial {
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  readonly verify: boolean;
}

type Transport =
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number; readonly tls: TlsMaterial | null };

/** How a user chose an engine. */
export type Choice = "--docker-host" | "DOCKER_HOST" | "DOCKER_CONTEXT" | "the current context";

export interface Candidate {
  /** As a user would write it: unix:///var/run/docker.sock */
  readonly endpoint: string;
  /** Where it was found: "context colima", "DOCKER_HOST", "/var/run/docker.sock". */
  readonly source: string;
  readonly transport: Transport;
  /** Null for a well-known socket. */
  readonly choice: Choice | null;
  /** The product that a well-known socket belongs to; empty where a user chose the endpoint. */
  readonly product: string;
}

export interface Chosen {
  readonly choice: Choice;
  readonly source: string;
  readonly tls: TlsMaterial | null;
}

/**
 * Parses an endpoint as a user writes it. Throws engine-remote for one on another machine, engine-unreachable for a
 * Windows pipe and for text that is no endpoint.
 */
export function parseEndpoint(text: string, chosen: Chosen): Candidate {
  if (text.startsWith("unix://")) return socket(text.slice("unix://".length) || "/var/run/docker.sock", chosen);
  if (text.startsWith("/")) return socket(text, chosen);
  const scheme = text.includes("://") ? text.slice(0, text.indexOf("://")) : "tcp";
  if (scheme === "npipe") throw windowsPipe(text, chosen);
  // Parsed as tcp whatever the scheme: of http, URL would drop the port 80.
  const address = `tcp://${text.slice(text.includes("://") ? scheme.length + "://".length : 0)}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || url.hostname === "") throw unusable(text, chosen);
  if (scheme === "ssh") throw remote(`ssh://${url.host}`, chosen);
  if (!["tcp", "http", "https"].includes(scheme)) throw unusable(text, chosen);
  return tcp(scheme, url, chosen);
}

export function wellKnownSocket(path: string, product: string): Candidate {
  return {
    endpoint: `unix://${path}`,
    source: path,
    choice: null,
    product,
    transport: { kind: "socket", path },
  };
}

/** The command that undoes a user's choice of engine. */
export function undo(choice: Choice): Fix {
  const effect = "lets goat-dev find the engine of this machine";
  switch (choice) {
    case "--docker-host":
      return { command: "goat-dev doctor", effect: `without --docker-host, ${effect}` };
    case "the current context":
      return { command: "docker context use default", effect };
    default:
      return { command: `unset ${choice}`, effect };
  }
}

function tcp(scheme: string, url: URL, chosen: Chosen): Candidate {
  const { source, choice } = chosen;
  const endpoint = `${scheme}://${url.host}`;
  const host = url.hostname.toLowerCase();
  if (!isLocal(host)) throw remote(endpoint, chosen);
  const tls = chosen.tls ?? (scheme === "https" ? { ca: null, cert: null, key: null, verify: true } : null);
  const port = url.port === "" ? (tls === null ? 2375 : 2376) : Number(url.port);
  const address = host === "0.0.0.0" ? "127.0.0.1" : host.replace(/^\[|\]$/g, "");
  return { endpoint, source, choice, product: "", transport: { kind: "tcp", host: address, port, tls } };
}

function isLocal(host: string): boolean {
  return host === "localhost" || host === "[::1]" || host === "0.0.0.0" || /^127(\.\d+){3}$/.test(host);
}

function socket(path: string, { source, choice }: Chosen): Candidate {
  return {
    endpoint: `unix://${path}`,
    source,
    choice,
    product: "",
    transport: { kind: "socket", path },
  };
}

function unusable(text: string, { source, choice }: Chosen): GoatError {
  const example = {
    command: "export DOCKER_HOST=unix:///var/run/docker.sock",
    effect: "is a valid address, for example",
  };
  const message = `${source} is no valid address of an engine: ${text}`;
  return new GoatError("engine-unreachable", message, { fixes: [example, undo(choice)] });
}

function windowsPipe(text: string, { source }: Chosen): GoatError {
  return new GoatError("engine-unreachable", `${source} names a Windows pipe (${text}); goat-dev works inside WSL2`, {
    fixes: [{ command: "wsl", effect: "opens a Linux shell, where Docker Desktop's socket is" }],
  });
}

function remote(endpoint: string, { source, choice }: Chosen): GoatError {
  const message = `${source} names an engine on another machine (${endpoint}), where this machine's files cannot be mounted`;
  return new GoatError("engine-remote", message, { fixes: [undo(choice)] });
}
