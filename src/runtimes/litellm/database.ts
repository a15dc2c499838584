import { delimiter, join } from "node:path";
import type { Machine } from "../../engine/processes/runtime.ts";
import type { ReadinessSpec, ServiceSpec, StackSpec } from "../../model/stack.ts";

type Environment = Readonly<Record<string, string>>;

/** LiteLLM makes a database's URL of any of these, and without one it must find none of them: an empty one counts as set. */
const variables = new Set([
  ...["DATABASE_URL", "DIRECT_URL", "DATABASE_URL_READ_REPLICA"],
  ...["DATABASE_HOST", "DATABASE_NAME", "DATABASE_USERNAME", "DATABASE_PASSWORD", "DATABASE_SCHEMA"],
  ...["STORE_MODEL_IN_DB", "IAM_TOKEN_DB_AUTH", "AZURE_POSTGRESQL_AUTH"],
]);

/** Its imports need no database, and what comes after them waits for one: it starts beside the stack's, not after it. */
export function fitDatabase(service: ServiceSpec, stack: StackSpec): ServiceSpec {
  const isDatabase = (name: string): boolean =>
    stack.services.some((other) => other.name === name && other.role === "database");
  if (!wantsDatabase(service)) {
    return {
      ...service,
      environment: Object.fromEntries(Object.entries(service.environment).filter(([name]) => !variables.has(name))),
      dependsOn: service.dependsOn.filter((dependency) => !isDatabase(dependency.service)),
      ready: withoutWord(service.ready),
    };
  }
  return {
    ...service,
    dependsOn: service.dependsOn.map((dependency) =>
      isDatabase(dependency.service) ? { ...dependency, beside: true } : dependency,
    ),
  };
}

function wantsDatabase({ run, environment }: ServiceSpec): boolean {
  return run.embedded?.database !== false && hasDatabase(environment);
}

/** It is ready whatever it says of a database. */
function withoutWord(ready: ReadinessSpec): ReadinessSpec {
  if (ready.kind === "all") return { ...ready, of: ready.of.map(withoutWord) };
  if (ready.kind !== "http") return ready;
  const { says: _, ...rest } = ready;
  return rest;
}

function hasDatabase(environment: Environment): boolean {
  return (environment["DATABASE_URL"] ?? "") !== "";
}

/** Where Prisma's client finds its engine and LiteLLM its command line; a native engine that the user names is used instead. */
export function databaseEnvironment(environment: Environment, machine: Machine): Environment {
  if (!hasDatabase(environment)) return {};
  const bin = join(machine.packageRoot, "bin");
  return {
    PRISMA_QUERY_ENGINE_BINARY: machine.env["PRISMA_QUERY_ENGINE_BINARY"] || join(bin, "query-engine"),
    PRISMA_CLI_PATH: join(bin, "prisma"),
    PRISMA_OFFLINE_MODE: "true",
    // LiteLLM calls `prisma` by its name too, and the one of the Python package would fetch Prisma from npm.
    PATH: [bin, machine.env["PATH"] ?? ""].join(delimiter),
    GOAT_DEV_NODE: machine.nodePath,
  };
}
