import { posix } from "node:path";
import { GoatError } from "../../errors/goat-error.ts";
import { currentContext, type ReadFile, readContext, readTls, type TlsMaterial } from "./docker-context.ts";

export interface DiscoverInput {
  /** The --docker-host flag. */
  readonly dockerHost?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly readFile: ReadFile;
}

export type Transport =
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number; readonly tls: TlsMaterial | null };

export interface Candidate {
  /** As a user would write it: unix:///var/run/docker.sock */
  readonly endpoint: string;
  /** Where the choice came from: "context colima", "DOCKER_HOST", "/var/run/docker.sock". */
  readonly source: string;
  /** Whose socket it is; empty where the user chose it. */
  readonly product: string;
  readonly transport: Transport;
}

const unset = (source: string): { command: string; effect: string } =>
  source.startsWith("context") || source === "DOCKER_CONTEXT"
    ? { command: "docker context use default", effect: "goes back to the engine of this machine" }
    : {
        command: source.startsWith("--") ? "goat-dev up" : `unset ${source}`,
        effect: "lets goat-dev find the engine of this machine",
      };

const remote = (endpoint: string, source: string): GoatError =>
  new GoatError(
    "engine-remote",
    `${source} names an engine on another machine (${endpoint}), which cannot mount this machine's files`,
    {
      fixes: [unset(source)],
    },
  );

const notUnderstood = (endpoint: string, source: string): GoatError =>
  new GoatError("engine-unreachable", `${source} is not understood: ${endpoint}`, {
    fixes: [
      { command: "export DOCKER_HOST=unix:///var/run/docker.sock", effect: "is how it is written" },
      unset(source),
    ],
  });

const windowsPipe = (endpoint: string, source: string): GoatError =>
  new GoatError(
    "engine-unreachable",
    `${source} names a Windows pipe (${endpoint}); goat-dev talks to Docker from inside WSL2`,
    {
      fixes: [{ command: "wsl", effect: "opens a Linux shell, where goat-dev runs" }],
    },
  );

const isLocal = (host: string): boolean =>
  host === "localhost" || host === "[::1]" || host === "0.0.0.0" || /^127(\.\d+){3}$/.test(host);

const withoutCredentials = (url: URL): string => `${url.protocol}//${url.host}`;

const tcp = (url: URL, source: string, tls: TlsMaterial | null): Candidate => {
  const endpoint = withoutCredentials(url);
  if (!isLocal(url.hostname)) throw remote(endpoint, source);
  const secure = tls !== null || url.protocol === "https:";
  const material = tls ?? (secure ? { ca: null, cert: null, key: null, verify: true } : null);
  const host = url.hostname === "0.0.0.0" ? "127.0.0.1" : url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? (secure ? 2376 : 2375) : Number(url.port);
  return { endpoint, source, product: "", transport: { kind: "tcp", host, port, tls: material } };
};

const socket = (path: string, source: string, product: string): Candidate => ({
  endpoint: `unix://${path}`,
  source,
  product,
  transport: { kind: "socket", path },
});

/** An endpoint as a user writes it. Throws engine-remote for another machine. */
const parseEndpoint = (text: string, source: string, tls: TlsMaterial | null): Candidate => {
  if (text.startsWith("unix://")) return socket(text.slice("unix://".length) || "/var/run/docker.sock", source, "");
  if (text.startsWith("/")) return socket(text, source, "");
  if (text.startsWith("npipe:")) throw windowsPipe(text, source);
  const full = text.includes("://") ? text : `tcp://${text}`;
  // URL knows the host and port of http only; the scheme is put back for what the user reads.
  const scheme = full.slice(0, full.indexOf("://"));
  if (!URL.canParse(full.replace(/^[^:]+/, scheme === "https" ? "https" : "http"))) throw notUnderstood(text, source);
  const url = new URL(full);
  if (scheme === "ssh") throw remote(withoutCredentials(url), source);
  if (!["tcp", "http", "https"].includes(scheme)) throw notUnderstood(text, source);
  return tcp(url, source, tls);
};

const wellKnown = (env: DiscoverInput["env"], home: string): readonly Candidate[] => {
  const at = (product: string, ...parts: readonly (string | undefined)[]): readonly Candidate[] => {
    const known = parts.filter((part) => part !== undefined && part !== "");
    if (known.length < parts.length) return [];
    const path = posix.join(...(known as readonly string[]));
    return [socket(path, path, product)];
  };
  const candidates = [
    ...at("Docker", "/var/run/docker.sock"),
    ...at("Docker Desktop", home, ".docker/run/docker.sock"),
    ...at("Docker Desktop", home, ".docker/desktop/docker.sock"),
    ...at("Colima", env["COLIMA_HOME"], "default/docker.sock"),
    ...at("Colima", home, ".colima/default/docker.sock"),
    ...at("OrbStack", home, ".orbstack/run/docker.sock"),
    ...at("Rancher Desktop", home, ".rd/docker.sock"),
    ...at("rootless Docker", env["XDG_RUNTIME_DIR"], "docker.sock"),
    ...at("Podman", env["XDG_RUNTIME_DIR"], "podman/podman.sock"),
    ...at("Podman", "/run/podman/podman.sock"),
  ];
  return candidates.filter((one, index) => candidates.findIndex((other) => other.endpoint === one.endpoint) === index);
};

/**
 * The engines to try, in order. A flag, a variable or a context is final: the list then has one entry.
 * Throws engine-remote, engine-context-unknown, and engine-unreachable for an endpoint that cannot be used at all.
 */
export const discover = async (input: DiscoverInput): Promise<readonly Candidate[]> => {
  const { env, home, readFile } = input;
  const configDir = env["DOCKER_CONFIG"] || posix.join(home, ".docker");
  const fromEnvironment = async (text: string, source: string): Promise<readonly Candidate[]> => {
    const wanted = Boolean(env["DOCKER_TLS_VERIFY"]) || Boolean(env["DOCKER_CERT_PATH"]);
    const tls = wanted
      ? await readTls(env["DOCKER_CERT_PATH"] || configDir, Boolean(env["DOCKER_TLS_VERIFY"]), readFile)
      : null;
    return [parseEndpoint(text, source, tls)];
  };
  if (input.dockerHost) return fromEnvironment(input.dockerHost, "--docker-host");
  if (env["DOCKER_HOST"]) return fromEnvironment(env["DOCKER_HOST"], "DOCKER_HOST");
  const fromVariable = env["DOCKER_CONTEXT"];
  const name = fromVariable ? fromVariable : await currentContext(configDir, readFile);
  if (name === null || name === "default") return wellKnown(env, home);
  const context = await readContext(configDir, name, readFile);
  return [parseEndpoint(context.host, `context ${name}`, context.tls)];
};
