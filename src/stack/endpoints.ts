import type { PortSpec, Role, ServiceSpec, StackSpec } from "../model/stack.ts";

/** Where a service is reached from this machine. */
interface Endpoint {
  readonly service: ServiceSpec;
  readonly host: string;
  readonly port: number;
}

export interface GatewayEndpoint extends Endpoint {
  /** With /v1, as OPENAI_BASE_URL wants it. */
  readonly url: string;
  readonly key: string;
  readonly config: { readonly path: string; readonly source: string } | null;
}

export interface TracingEndpoint extends Endpoint {
  readonly url: string;
  readonly publicKey: string;
  readonly secretKey: string;
  readonly login: string | null;
}

/** The gateway of a stack; null where no service has that role or its port is not published. */
export const gatewayOf = (stack: StackSpec): GatewayEndpoint | null => {
  const endpoint = endpointOf(stack, "gateway");
  if (endpoint === null) return null;
  const { environment } = endpoint.service;
  const config = gatewayConfigOf(endpoint.service);
  return { ...endpoint, url: `http://${urlHost(endpoint)}/v1`, key: environment["LITELLM_MASTER_KEY"] ?? "", config };
};

/** The file on this machine that the gateway's `--config` names inside its container. */
const gatewayConfigOf = (service: ServiceSpec): GatewayEndpoint["config"] => {
  const command = service.run.docker?.command ?? [];
  const targets = command.map((word, index) =>
    word === "--config" || word === "-c" ? command[index + 1] : /^--config=(.*)/.exec(word)?.[1],
  );
  const mounted = service.files.find((file) => targets.includes(file.target));
  return mounted === undefined ? null : { path: mounted.path, source: mounted.source };
};

export const tracingOf = (stack: StackSpec): TracingEndpoint | null => {
  const endpoint = endpointOf(stack, "tracing");
  if (endpoint === null) return null;
  const { environment } = endpoint.service;
  const [email, password] = [environment["LANGFUSE_INIT_USER_EMAIL"], environment["LANGFUSE_INIT_USER_PASSWORD"]];
  return {
    ...endpoint,
    url: `http://${urlHost(endpoint)}`,
    publicKey: environment["LANGFUSE_INIT_PROJECT_PUBLIC_KEY"] ?? "",
    secretKey: environment["LANGFUSE_INIT_PROJECT_SECRET_KEY"] ?? "",
    login: email === undefined || password === undefined ? null : `${email} / ${password}`,
  };
};

/** What to print for Postgres: never with its password. */
export const databaseUrlOf = (stack: StackSpec): string | null => {
  const endpoint = endpointOf(stack, "database");
  if (endpoint === null) return null;
  const { POSTGRES_USER: user = "postgres", POSTGRES_DB: database = user } = endpoint.service.environment;
  return `postgresql://${user}@${urlHost(endpoint)}/${database}`;
};

/** The address a person would type for a service; null where it publishes no port. */
export const urlOf = (service: ServiceSpec): string | null => {
  const port = publishedPort(service);
  if (port === null) return null;
  if (service.role === "database") return null;
  return `http://${urlHost({ host: hostOf(port), port: port.host })}`;
};

export const publishedPort = (service: ServiceSpec): (PortSpec & { readonly host: number }) | null => {
  const found = service.ports.find((port) => port.protocol === "tcp" && port.host !== null);
  return found === undefined || found.host === null ? null : { ...found, host: found.host };
};

const endpointOf = (stack: StackSpec, role: Role): Endpoint | null => {
  const service = stack.services.find((candidate) => candidate.role === role);
  const port = service === undefined ? null : publishedPort(service);
  return service === undefined || port === null ? null : { service, host: hostOf(port), port: port.host };
};

/** Loopback for what listens everywhere. */
const hostOf = (port: PortSpec): string => (["", "0.0.0.0", "::"].includes(port.hostIp) ? "127.0.0.1" : port.hostIp);

/** Where goat-dev itself asks: an address needs no look-up. */
export const originOf = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  `http://${host.includes(":") ? `[${host}]` : host}:${port}`;

const urlHost = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  host === "127.0.0.1" ? `localhost:${port}` : host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
