import { GoatError } from "../errors/goat-error.ts";
import type { ServiceSpec, StackSpec } from "../model/stack.ts";
import { createProbe } from "../readiness/probe.ts";
import { waitUntilReady } from "../readiness/wait.ts";
import { databaseUser } from "./database-users.ts";
import type { EngineContext } from "./engine-context.ts";
import { containerOf, observeStack } from "./observe.ts";
import { sightContext } from "./sight.ts";

export const START_LIMIT_MS = 30_000;

/** A database that accepts connections inside its container, where its image trusts whoever is there; or one of plain files. */
export interface OpenDatabase {
  readonly service: ServiceSpec;
  readonly container: string;
  readonly user: string;
}

export const databaseService = (stack: StackSpec): ServiceSpec | null =>
  stack.services.find((candidate) => candidate.role === "database") ?? null;

/** Starts the database's container where it stands still and has to run. Null where there is none; throws service-not-ready. */
export const openDatabase = async (stack: StackSpec, context: EngineContext): Promise<OpenDatabase | null> => {
  const service = databaseService(stack);
  if (service === null) return null;
  const found = containerOf(stack, service, await observeStack(stack, context));
  if (found === undefined) return null;
  const { container } = found;
  const user = databaseUser(service);
  // Its engine reaches the data without the server's help.
  if (context.engine.localDatabase !== undefined) return { service, container, user };
  await context.engine.apply({ type: "start-container", container }, { signal: context.signal, progress: () => {} });
  // No log-in as the program would do it: a changed password must not stand in the way.
  const command = ["pg_isready", "--quiet", "--username", user];
  const result = await waitUntilReady(createProbe({ kind: "exec", command }), {
    clock: context.clock,
    signal: context.signal,
    timeoutMs: START_LIMIT_MS,
    context: sightContext({ service: service.name, container }, { ...context, stack: stack.name }),
  });
  if (result.state === "ready") return { service, container, user };
  throw new GoatError("service-not-ready", `${service.name} does not accept connections: ${result.why}`, {
    service: service.name,
  });
};
