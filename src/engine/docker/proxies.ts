import { fieldsOf } from "../../model/fields.ts";
import type { ServiceSpec, StackSpec } from "../../model/stack.ts";

type Variables = Readonly<Record<string, string>>;
type Env = Readonly<Record<string, string | undefined>>;

/** Field of Docker's config file -> environment variable. */
const settings = {
  httpProxy: "HTTP_PROXY",
  httpsProxy: "HTTPS_PROXY",
  ftpProxy: "FTP_PROXY",
  allProxy: "ALL_PROXY",
} as const;

/**
 * The proxies that Docker's config file sets for this engine, as the Docker CLI reads them; where it sets none, the
 * shell's HTTP and HTTPS proxies that a container can reach. NO_PROXY is added only where there is a proxy.
 */
export function proxiesFor(endpoint: string, config: unknown, env: Env): Variables {
  const proxies = fieldsOf(fieldsOf(config)["proxies"]);
  const fields = fieldsOf(proxies[endpoint] ?? proxies["default"]);
  const written = Object.entries(settings).flatMap(([key, name]) => pair(name, fields[key]));
  if (written.length > 0) return Object.fromEntries([...written, ...pair("NO_PROXY", fields["noProxy"])]);
  const shell = ["HTTP_PROXY", "HTTPS_PROXY"].flatMap((name) =>
    pair(name, env[name] || env[name.toLowerCase()]).filter(([, url]) => !isOfThisMachine(url)),
  );
  return shell.length === 0
    ? {}
    : Object.fromEntries([...shell, ...pair("NO_PROXY", env["NO_PROXY"] || env["no_proxy"])]);
}

function pair(name: string, value: unknown): readonly (readonly [string, string])[] {
  return typeof value === "string" && value !== "" ? [[name, value]] : [];
}

/** True for a proxy on this machine's loopback address, which inside a container means the container itself. */
function isOfThisMachine(url: string): boolean {
  return /^(?:\w+:\/\/)?(?:[^@/]*@)?(?:localhost|127(?:\.\d+){3}|\[?::1\]?)(?::\d+)?(?:\/|$)/i.test(url);
}

/** Gives every service the proxy variables, in upper and lower case; those that the Compose file sets itself win. */
export function withProxies(stack: StackSpec, proxies: Variables): StackSpec {
  if (Object.keys(proxies).length === 0) return stack;
  const here = ["localhost", "127.0.0.1", "::1", "host.docker.internal", ...stack.services.flatMap(namesOf)];
  const noProxy = [...new Set([...entriesOf(proxies["NO_PROXY"]), ...here])].join(",");
  const variables = Object.fromEntries(
    Object.entries({ ...proxies, NO_PROXY: noProxy }).flatMap(([name, value]) => [
      [name, value],
      [name.toLowerCase(), value],
    ]),
  );
  return { ...stack, services: stack.services.map((service) => behind(service, variables)) };
}

/** The host names by which the other services of its stack reach it. */
function namesOf({ name, run }: ServiceSpec): readonly string[] {
  return [name, ...(run.docker?.networks ?? []).flatMap(({ aliases }) => aliases)];
}

/** Without brackets and IPv6 ranges, at which LiteLLM's HTTP client fails. */
function entriesOf(noProxy = ""): readonly string[] {
  return noProxy
    .split(",")
    .map((entry) => entry.trim().replace(/^\[(.*)\]$/, "$1"))
    .filter((entry) => entry !== "" && !(entry.includes(":") && entry.includes("/")));
}

function behind(service: ServiceSpec, variables: Variables): ServiceSpec {
  const own = Object.keys(service.environment).map((name) => name.toUpperCase());
  const added = Object.entries(variables).filter(([name]) => !own.includes(name.toUpperCase()));
  return { ...service, environment: { ...Object.fromEntries(added), ...service.environment } };
}
