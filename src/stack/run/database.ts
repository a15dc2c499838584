import { databaseUser, noSuchUser } from "../../doctor/failures/database-user.ts";
import { GoatError } from "../../errors/goat-error.ts";
import type { ReadinessSpec, ServiceSpec, StackSpec } from "../../model/stack.ts";
import { createProbe, tryLimitOf } from "../../readiness/probe.ts";
import { waitUntilReady } from "../../readiness/wait.ts";
import type { EngineContext } from "../engine-context.ts";
import { containerOf } from "../plan/containers.ts";
import { databaseUsers } from "./database-users.ts";
import { observeStack } from "./observe.ts";
import { probeContext } from "./wait.ts";

const START_LIMIT_MS = 30_000;

/** A database that can be worked on without a password: from inside its container, or by its files. */
export interface OpenDatabase {
  readonly service: ServiceSpec;
  readonly container: string;
  readonly user: string;
}

export function databaseService(stack: StackSpec): ServiceSpec | null {
  return stack.services.find((candidate) => candidate.role === "database") ?? null;
}

/** Starts the database's container where it has to run. Null where there is no container; throws service-not-ready. */
export async function openDatabase(stack: StackSpec, context: EngineContext): Promise<OpenDatabase | null> {
  const service = databaseService(stack);
  if (service === null) return null;
  const found = containerOf(stack, service, await observeStack(stack, context));
  if (found === undefined) return null;
  const { container } = found;
  const user = databaseUser(service);
  // This engine works on the data's files, where no server has to run.
  if (context.engine.localDatabase !== undefined) return { service, container, user };
  await context.engine.apply({ type: "start-container", container }, { signal: context.signal, progress: () => {} });
  // Asked without a log-in: a changed password must not stand in the way.
  const command = ["pg_isready", "--quiet", "--username", user];
  const asked: ReadinessSpec = { kind: "exec", command };
  const result = await waitUntilReady(createProbe(asked), {
    tryLimitMs: tryLimitOf(asked),
    clock: context.clock,
    signal: context.signal,
    timeoutMs: START_LIMIT_MS,
    context: probeContext({ service: service.name, container }, { ...context, stack: stack.name }),
  });
  if (result.state === "ready") return { service, container, user };
  throw new GoatError("service-not-ready", `${service.name} does not accept connections: ${result.why}`, {
    service: service.name,
  });
}

// psql reads name and password from its environment: nothing secret stands in an argument or in the server's log.
const passwordScript = `printf '%s\\n' 'set password_encryption = "scram-sha-256";' '\\getenv role GOAT_USER' '\\getenv password GOAT_PASSWORD' 'alter user :"role" password :'"'"'password'"'"';' |
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$GOAT_USER" --dbname postgres`;

/**
 * Gives the database's user the password of .env, from inside its container, where the image trusts local connections.
 * Throws service-not-ready where the container is not there or does not accept connections.
 */
export async function setDatabasePassword(
  stack: StackSpec,
  context: EngineContext,
): Promise<{ readonly user: string }> {
  const database = await openDatabase(stack, context);
  if (database === null) {
    throw new GoatError("service-not-ready", "there is no database yet, so it has no password to change", {
      fixes: [{ command: "goat-dev up", effect: "makes it with the password of .env" }],
    });
  }
  const { service, container, user } = database;
  const users = await databaseUsers({ engine: context.engine, service, container }, context.signal);
  if (users !== null && !users.all.includes(user)) throw noSuchUser(service, user, users);
  const { localDatabase } = context.engine;
  if (localDatabase !== undefined) {
    const password = service.environment["POSTGRES_PASSWORD"] ?? "";
    await localDatabase.setPassword(container, { user, password }, context.signal);
    await untilOpen(database, stack, context);
    return { user };
  }
  const environment = { GOAT_USER: user, GOAT_PASSWORD: service.environment["POSTGRES_PASSWORD"] ?? "" };
  const command = ["sh", "-c", passwordScript];
  const { exitCode, output } = await context.engine.exec(container, command, context.signal, { environment });
  if (exitCode === 0) return { user };
  throw new GoatError("database-password-drift", `the password of ${user} could not be set`, {
    service: service.name,
    evidence: output.trim().split("\n").slice(-4),
    fixes: [{ command: `goat-dev logs ${service.name}`, effect: "shows what the database says" }],
  });
}

/** Waits after a restart of the database, so that the next log-in finds it ready. Throws service-not-ready. */
export async function untilOpen(
  { service, container }: Pick<OpenDatabase, "service" | "container">,
  stack: StackSpec,
  context: EngineContext,
): Promise<void> {
  const result = await waitUntilReady(createProbe(service.ready), {
    tryLimitMs: tryLimitOf(service.ready),
    clock: context.clock,
    signal: context.signal,
    timeoutMs: START_LIMIT_MS,
    context: probeContext({ service: service.name, container }, { ...context, stack: stack.name }),
  });
  if (result.state === "ready") return;
  throw new GoatError(
    "service-not-ready",
    `${service.name} was started anew, and does not accept the password of .env: ${result.why}`,
    {
      service: service.name,
      fixes: [{ command: `goat-dev logs ${service.name}`, effect: "shows what the database says" }],
    },
  );
}
