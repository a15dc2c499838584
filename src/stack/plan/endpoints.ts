import type { GatewayAccess } from "../../gateway/access.ts";
import { hostAndPort, reachedAt } from "../../model/address.ts";
import type { MountedFile, PortSpec, Role, ServiceSpec, StackSpec } from "../../model/stack.ts";
import type { TracingAccess } from "../../tracing/request.ts";

/** Where a service is reached from this machine. */
interface Endpoint {
  readonly service: ServiceSpec;
  readonly host: string;
  readonly port: number;
}

export interface GatewayEndpoint extends Endpoint {
  /** With /v1, as OPENAI_BASE_URL wants it. Its host is an IP address and no name, since the key is sent there. */
  readonly url: string;
  readonly key: string;
  /** What a person opens. */
  readonly pageUrl: string;
  /** Its config file: as a user would name it (`path`), on this machine (`source`) and in the container (`target`). */
  readonly config: Pick<MountedFile, "path" | "source" | "target"> | null;
}

export interface TracingEndpoint extends Endpoint {
  /** Where goat-dev asks, and sends the keys. */
  readonly url: string;
  /** What a person opens: on localhost where that is this machine, since Langfuse keeps its log-in for that name (NEXTAUTH_URL). */
  readonly pageUrl: string;
  readonly publicKey: string;
  readonly secretKey: string;
  readonly login: string | null;
}

/** The gateway of a stack; null where no service has that role or its port is not published. */
export function gatewayOf(stack: StackSpec): GatewayEndpoint | null {
  const endpoint = endpointOf(stack, "gateway");
  if (endpoint === null) return null;
  const { environment } = endpoint.service;
  const config = gatewayConfigOf(endpoint.service);
  const [url, pageUrl] = [`${originOf(endpoint)}/v1`, pageOf(endpoint)];
  return { ...endpoint, url, pageUrl, key: environment["LITELLM_MASTER_KEY"] ?? "", config };
}

/** The file on this machine that the gateway's `--config` names inside its container. */
function gatewayConfigOf(service: ServiceSpec): GatewayEndpoint["config"] {
  const command = service.run.docker?.command ?? [];
  const targets = command.map((word, index) =>
    word === "--config" || word === "-c" ? command[index + 1] : /^--config=(.*)/.exec(word)?.[1],
  );
  return service.files.find((file) => targets.includes(file.target)) ?? null;
}

export function tracingOf(stack: StackSpec): TracingEndpoint | null {
  const endpoint = endpointOf(stack, "tracing");
  if (endpoint === null) return null;
  const { environment } = endpoint.service;
  const [email, password] = [environment["LANGFUSE_INIT_USER_EMAIL"], environment["LANGFUSE_INIT_USER_PASSWORD"]];
  return {
    ...endpoint,
    url: originOf(endpoint),
    pageUrl: pageOf(endpoint),
    publicKey: environment["LANGFUSE_INIT_PROJECT_PUBLIC_KEY"] ?? "",
    secretKey: environment["LANGFUSE_INIT_PROJECT_SECRET_KEY"] ?? "",
    login: email === undefined || password === undefined ? null : `${email} / ${password}`,
  };
}

/** What is needed to send requests to the gateway. */
export function gatewayAccess({ url: baseUrl, key, service }: GatewayEndpoint): GatewayAccess {
  return { baseUrl, key, service: service.name };
}

export function tracingAccess({
  url: baseUrl,
  pageUrl,
  publicKey,
  secretKey,
  service,
}: TracingEndpoint): TracingAccess {
  return { baseUrl, pageUrl, publicKey, secretKey, service: service.name };
}

/** What to print for Postgres: never with its password. */
export function databaseUrlOf(stack: StackSpec): string | null {
  const endpoint = endpointOf(stack, "database");
  if (endpoint === null) return null;
  const { POSTGRES_USER: user = "postgres", POSTGRES_DB: database = user } = endpoint.service.environment;
  return `postgresql://${user}@${hostAndPort(endpoint)}/${database}`;
}

/** A service's URL on this machine; null where it publishes no port, or speaks no HTTP. */
export function urlOf(service: ServiceSpec): string | null {
  const port = publishedPort(service);
  if (port === null || service.role === "database") return null;
  const at = { host: reachedAt(port.hostIp), port: port.host };
  return service.role === "tracing" ? pageOf(at) : originOf(at);
}

export function publishedPort(service: ServiceSpec): (PortSpec & { readonly host: number }) | null {
  const found = service.ports.find((port) => port.protocol === "tcp" && port.host !== null);
  return found === undefined || found.host === null ? null : { ...found, host: found.host };
}

function endpointOf(stack: StackSpec, role: Role): Endpoint | null {
  const service = stack.services.find((candidate) => candidate.role === role);
  const port = service === undefined ? null : publishedPort(service);
  return service === undefined || port === null ? null : { service, host: reachedAt(port.hostIp), port: port.host };
}

/** The base URL of goat-dev's own requests: its host is an IP address, which needs no name look-up. */
export function originOf(at: Pick<Endpoint, "host" | "port">): string {
  return `http://${hostAndPort(at)}`;
}

function pageOf({ host, port }: Pick<Endpoint, "host" | "port">): string {
  return originOf({ host: host === "127.0.0.1" || host === "::1" ? "localhost" : host, port });
}
