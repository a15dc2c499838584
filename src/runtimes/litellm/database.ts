import { delimiter, join } from "node:path";
import type { Machine } from "../../engine/processes/runtime.ts";
import { hasDatabase, withoutDatabase } from "../../model/database.ts";
import type { ServiceSpec, StackSpec } from "../../model/stack.ts";

type Environment = Readonly<Record<string, string>>;

/** Its imports need no database, and what comes after them waits for one: it starts beside the stack's, not after it. */
export function fitDatabase(service: ServiceSpec, stack: StackSpec): ServiceSpec {
  const isDatabase = (name: string): boolean =>
    stack.services.some((other) => other.name === name && other.role === "database");
  if (!wantsDatabase(service)) {
    return {
      ...withoutDatabase(service),
      dependsOn: service.dependsOn.filter((dependency) => !isDatabase(dependency.service)),
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
