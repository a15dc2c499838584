import type { ReadinessSpec, ServiceSpec } from "./stack.ts";

/** LiteLLM takes its database from these. Without a database none of them may be set: even an empty one counts. */
const variables = new Set([
  ...["DATABASE_URL", "DIRECT_URL", "DATABASE_URL_READ_REPLICA"],
  ...["DATABASE_HOST", "DATABASE_NAME", "DATABASE_USERNAME", "DATABASE_PASSWORD", "DATABASE_SCHEMA"],
  ...["STORE_MODEL_IN_DB", "IAM_TOKEN_DB_AUTH", "AZURE_POSTGRESQL_AUTH"],
]);

export function hasDatabase(environment: Readonly<Record<string, string>>): boolean {
  return (environment["DATABASE_URL"] ?? "") !== "";
}

/** The gateway without a database's variables; it is ready even if it does not report a connected database. */
export function withoutDatabase(service: ServiceSpec): ServiceSpec {
  return {
    ...service,
    environment: Object.fromEntries(Object.entries(service.environment).filter(([name]) => !variables.has(name))),
    ready: withoutWord(service.ready),
  };
}

function withoutWord(ready: ReadinessSpec): ReadinessSpec {
  if (ready.kind === "all") return { ...ready, of: ready.of.map(withoutWord) };
  if (ready.kind !== "http") return ready;
  const { says: _, ...rest } = ready;
  return rest;
}
