import type { DockerRecipe, PortSpec, ReadinessSpec, Role } from "../model/stack.ts";
import { firstPublished, onlyPublished, published, type Reachable } from "./published.ts";

/** What decides how a service's readiness is found out when the file does not say. */
export interface ReadyQuestion {
  readonly role: Role;
  readonly ports: readonly PortSpec[];
  readonly environment: Readonly<Record<string, string>>;
  readonly recipe: DockerRecipe;
  /** Another service waits for its completion. */
  readonly mustComplete: boolean;
}

/** The health check's own command, where the file holds one. */
const ownCommand = (recipe: DockerRecipe): readonly string[] | undefined => {
  const check = recipe.healthCheck;
  if (check === undefined || check.disabled || check.test === undefined) return undefined;
  const [kind, ...words] = check.test;
  if (words.length === 0) return undefined;
  if (kind === "CMD") return words;
  return kind === "CMD-SHELL" ? ["/bin/sh", "-c", words.join(" ")] : undefined;
};

const hasHealthCheck = (recipe: DockerRecipe): boolean => recipe.healthCheck?.disabled === false;

/** What is restarted whenever it ends has to run for longer: a crash loop of seconds looks well in between. */
const steadyMs = (recipe: DockerRecipe): number => (recipe.restart.name === "no" ? 1_000 : 3_000);

const withoutPort = ({ recipe, mustComplete, ports }: ReadyQuestion): ReadinessSpec => {
  const command = ownCommand(recipe);
  if (mustComplete && recipe.restart.name === "no" && ports.length === 0) return { kind: "exit", code: 0 };
  if (command !== undefined) return { kind: "exec", command };
  return hasHealthCheck(recipe) ? { kind: "engine-health" } : { kind: "running", forMs: steadyMs(recipe) };
};

const databaseReady = (environment: Readonly<Record<string, string>>, at: Reachable): ReadinessSpec => {
  const user = environment["POSTGRES_USER"] || "postgres";
  const password = environment["POSTGRES_PASSWORD"] ?? "";
  return { kind: "postgres", ...at, user, password, database: environment["POSTGRES_DB"] || user };
};

const get = (at: Reachable, path: string): ReadinessSpec => ({ kind: "http", ...at, path, status: 200 });

const otherReady = (question: ReadyQuestion): ReadinessSpec => {
  const at = firstPublished(question.ports);
  if (at === undefined) return withoutPort(question);
  return hasHealthCheck(question.recipe) ? { kind: "engine-health" } : { kind: "tcp", ...at };
};

/** By role: the question a user would ask the service. */
export const defaultReady = (question: ReadyQuestion): ReadinessSpec => {
  const { role, ports, environment } = question;
  if (role === "other") return otherReady(question);
  const usual = { database: 5432, tracing: 3000, gateway: 4000 }[role];
  const at = published(ports, usual) ?? (role === "database" ? undefined : onlyPublished(ports));
  if (at === undefined) return withoutPort(question);
  if (role === "database") return databaseReady(environment, at);
  if (role === "tracing") return get(at, "/api/public/health?failIfDatabaseUnavailable=true");
  return { kind: "all", of: [get(at, "/health/liveliness"), get(at, "/health/readiness")] };
};

/** How long a service may take, unless the file says otherwise. */
export const defaultTimeoutMs = (role: Role): number =>
  ({ database: 60_000, tracing: 120_000, gateway: 180_000, other: 120_000 })[role];
