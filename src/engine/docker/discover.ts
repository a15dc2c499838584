import { posix } from "node:path";
import { currentContext, type ReadFile, readContext, readTls } from "./docker-context.ts";
import { type Candidate, parseEndpoint, type TlsMaterial, wellKnownSocket } from "./endpoint.ts";

export interface DiscoverInput {
  /** The --docker-host flag. */
  readonly dockerHost?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly readFile: ReadFile;
}

const wellKnown = (env: DiscoverInput["env"], home: string): readonly Candidate[] => {
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
};

const tlsOfEnvironment = async (input: DiscoverInput, configDir: string): Promise<TlsMaterial | null> => {
  const { env, readFile } = input;
  const verify = Boolean(env["DOCKER_TLS_VERIFY"]);
  const folder = env["DOCKER_CERT_PATH"];
  return verify || folder ? readTls(folder || configDir, verify, readFile) : null;
};

/**
 * The engines to try, in order. A flag, a variable or a context is final: the list then has one entry.
 * Throws engine-remote, engine-context-unknown, and engine-unreachable for an endpoint that cannot be used at all.
 */
export const discover = async (input: DiscoverInput): Promise<readonly Candidate[]> => {
  const { env, home, readFile } = input;
  const configDir = env["DOCKER_CONFIG"] || posix.join(home, ".docker");
  const host = input.dockerHost || env["DOCKER_HOST"];
  if (host) {
    const choice = input.dockerHost ? "--docker-host" : "DOCKER_HOST";
    return [parseEndpoint(host, { choice, source: choice, tls: await tlsOfEnvironment(input, configDir) })];
  }
  const asked = env["DOCKER_CONTEXT"];
  const name = asked || (await currentContext(configDir, readFile));
  if (name === null || name === "default") return wellKnown(env, home);
  const choice = asked ? "DOCKER_CONTEXT" : "the current context";
  const context = await readContext(configDir, name, choice, readFile);
  return [parseEndpoint(context.host, { choice, source: `context ${name}`, tls: context.tls })];
};
