import { run } from "../../platform/process.ts";
import { type ReadFile, readConfigFile } from "./config-file.ts";

/** Credentials that the engine sends to a registry for us. */
export type RegistryAuth =
  | { readonly username: string; readonly password: string; readonly serveraddress: string }
  | { readonly identitytoken: string; readonly serveraddress: string };

export interface AuthSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly readFile: ReadFile;
}

/**
 * Credentials for a registry, and where they were found. Where there are none because a credential helper cannot be
 * run, `auth` is null and `from` names the helper.
 */
export interface RegistryLogin {
  readonly auth: RegistryAuth | null;
  readonly from: string | null;
}

/** The log-in that `docker login` left for an image's registry. */
export async function registryLogin(image: string, source: AuthSource, signal: AbortSignal): Promise<RegistryLogin> {
  const config = await readConfig(source);
  const registry = registryOf(image);
  const name = config.credHelpers?.[registry] ?? config.credsStore;
  const helper = name === undefined ? null : `docker-credential-${name}`;
  const kept = helper === null ? null : await fromHelper(helper, registry, source.env, signal);
  if (kept?.auth != null) return { auth: kept.auth, from: helper };
  const auth = fromFile(config, registry);
  if (auth !== null) return { auth, from: "Docker's config file" };
  return { auth: null, from: kept?.runs === false ? helper : null };
}

/** The registry of an image, as Docker's config file spells it in its keys. */
export function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return isHost && first !== "docker.io" && first !== "index.docker.io" ? first : dockerHub;
}

const dockerHub = "https://index.docker.io/v1/";

interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string }>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

async function readConfig(source: AuthSource): Promise<DockerConfig> {
  const value = await readConfigFile(source);
  return typeof value === "object" && value !== null ? value : {};
}

/** The helper gets the registry on its standard input and answers with JSON; any failure means no credentials. */
async function fromHelper(
  helper: string,
  registry: string,
  env: AuthSource["env"],
  signal: AbortSignal,
): Promise<{ readonly auth: RegistryAuth | null; readonly runs: boolean }> {
  const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const options = { env: Object.fromEntries(defined), input: registry, signal };
  const result = await run(helper, ["get"], options);
  return { auth: result.exitCode === 0 ? authIn(result.stdout, registry) : null, runs: result.startError === null };
}

function authIn(answer: string, registry: string): RegistryAuth | null {
  try {
    const { Username, Secret }: { Username?: string; Secret?: string } = JSON.parse(answer);
    if (!Username || !Secret) return null;
    return Username === "<token>"
      ? { identitytoken: Secret, serveraddress: registry }
      : { username: Username, password: Secret, serveraddress: registry };
  } catch {
    return null;
  }
}

function fromFile(config: DockerConfig, registry: string): RegistryAuth | null {
  const entry = config.auths?.[registry] ?? config.auths?.[`https://${registry}`];
  if (entry?.identitytoken) return { identitytoken: entry.identitytoken, serveraddress: registry };
  const text = Buffer.from(entry?.auth ?? "", "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon === -1) return null;
  return { username: text.slice(0, colon), password: text.slice(colon + 1), serveraddress: registry };
}
