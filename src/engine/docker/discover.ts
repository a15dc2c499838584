import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { posix } from "node:path";
import { GoatError } from "../../errors/goat-error.ts";
import { configFolder, type ReadFile, readConfigFile } from "./config-file.ts";
import { type Candidate, type Choice, parseEndpoint, type TlsMaterial, undo, wellKnownSocket } from "./endpoint.ts";

export interface DiscoverInput {
  /** The --docker-host flag. */
  readonly dockerHost?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly readFile: ReadFile;
}

/**
 * The engines to try, in order. A flag, a variable or a context is final: the list then has one entry.
 * Throws engine-remote, engine-context-unknown, and engine-unreachable for an endpoint that cannot be used at all.
 */
export async function discover(input: DiscoverInput): Promise<readonly Candidate[]> {
  const { env, home, readFile } = input;
  const configDir = configFolder(input);
  const host = input.dockerHost || env["DOCKER_HOST"];
  if (host) {
    const choice = input.dockerHost ? "--docker-host" : "DOCKER_HOST";
    return [parseEndpoint(host, { choice, source: choice, tls: await tlsOfEnvironment(input, configDir) })];
  }
  const asked = env["DOCKER_CONTEXT"];
  const name = asked || (await currentContext(input));
  if (name === null || name === "default") return wellKnown(env, home);
  const choice = asked ? "DOCKER_CONTEXT" : "the current context";
  const context = await readContext(configDir, name, choice, readFile);
  return [parseEndpoint(context.host, { choice, source: `context ${name}`, tls: context.tls })];
}

/** True where a program of an engine is on this machine, whether it runs or not. */
export function hasEngine(env: DiscoverInput["env"]): boolean {
  const folders = (env["PATH"] ?? "").split(":").filter((folder) => folder !== "");
  const programs = ["docker", "dockerd", "podman", "colima"];
  return (
    existsSync("/Applications/Docker.app") ||
    folders.some((folder) => programs.some((program) => existsSync(posix.join(folder, program))))
  );
}

function wellKnown(env: DiscoverInput["env"], home: string): readonly Candidate[] {
  const at = (product: string, folder: string | undefined, path: string): Candidate[] =>
    folder ? [wellKnownSocket(posix.join(folder, path), product)] : [];
  const candidates = [
    ...at("Docker", "/var/run", "docker.sock"),
    ...at("Docker Desktop", home, ".docker/run/docker.sock"),
    ...at("Docker Desktop", home, ".docker/desktop/docker.sock"),
    ...at("Colima", env["COLIMA_HOME"], "default/docker.sock"),
    ...at("Colima", home, ".colima/default/docker.sock"),
    ...at("OrbStack", home, ".orbstack/run/docker.sock"),
    ...at("Rancher Desktop", home, ".rd/docker.sock"),
    ...at("rootless Docker", env["XDG_RUNTIME_DIR"], "docker.sock"),
    ...at("Podman", env["XDG_RUNTIME_DIR"], "podman/podman.sock"),
    ...at("Podman", "/run", "podman/podman.sock"),
  ];
  return candidates.filter((one, index) => candidates.findIndex((other) => other.endpoint === one.endpoint) === index);
}

async function tlsOfEnvironment(input: DiscoverInput, configDir: string): Promise<TlsMaterial | null> {
  const { env, readFile } = input;
  const verify = Boolean(env["DOCKER_TLS_VERIFY"]);
  const folder = env["DOCKER_CERT_PATH"];
  return verify || folder ? readTls(folder || configDir, verify, readFile) : null;
}

/** The current context of Docker's config file; null for none, and for "default", which names no engine. */
async function currentContext(input: DiscoverInput): Promise<string | null> {
  const name = field(await readConfigFile(input), "currentContext");
  return typeof name === "string" && name !== "" && name !== "default" ? name : null;
}

interface DockerContext {
  readonly host: string;
  readonly tls: TlsMaterial | null;
}

/** Where a named context points. Throws engine-context-unknown. */
async function readContext(
  configDir: string,
  name: string,
  choice: Choice,
  readFile: ReadFile,
): Promise<DockerContext> {
  const id = createHash("sha256").update(name).digest("hex");
  const meta = parsed(await readFile(posix.join(configDir, "contexts", "meta", id, "meta.json")));
  const endpoint = field(field(meta, "Endpoints"), "docker");
  const host = field(endpoint, "Host");
  if (typeof host !== "string" || host === "") {
    throw new GoatError("engine-context-unknown", `there is no Docker context ${name} (named by ${choice})`, {
      fixes: [{ command: "docker context ls", effect: "lists the contexts there are" }, undo(choice)],
    });
  }
  const verify = field(endpoint, "SkipTLSVerify") !== true;
  return { host, tls: await readTls(posix.join(configDir, "contexts", "tls", id, "docker"), verify, readFile) };
}

/** TLS files as Docker names them; null where the folder has none. */
async function readTls(folder: string, verify: boolean, readFile: ReadFile): Promise<TlsMaterial | null> {
  const [ca, cert, key] = await Promise.all(
    ["ca.pem", "cert.pem", "key.pem"].map((name) => readFile(posix.join(folder, name))),
  );
  if (!ca && !cert && !key) return null;
  return { ca: ca ?? null, cert: cert ?? null, key: key ?? null, verify };
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}
