import { delimiter, join } from "node:path";
import type { Machine } from "../../engine/processes/runtime.ts";
import { hasDatabase, withoutDatabase } from "../../model/database.ts";
import type { ServiceSpec, StackSpec } from "../../model/stack.ts";

type Environment = Readonly<Record<string, string>>;

/**
 * Lets LiteLLM start beside its database instead of after it, because its imports need none and what follows them waits
 * for it. A LiteLLM without a database does not wait for one.
 */
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

/**
 * Variables that tell Prisma's client where its query engine is, and LiteLLM where Prisma's command line is. A native
 * engine that the user names is used instead. Empty for a LiteLLM without a database.
 */
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
