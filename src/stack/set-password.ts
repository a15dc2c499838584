import { GoatError } from "../errors/goat-error.ts";
import type { ServiceSpec, StackSpec } from "../model/stack.ts";
import { createProbe } from "../readiness/probe.ts";
import { waitUntilReady } from "../readiness/wait.ts";
import { sightContext } from "./await.ts";
import { observeStack } from "./bring-up.ts";
import { containerOf } from "./reconcile.ts";
import type { World } from "./world.ts";

const START_LIMIT_MS = 30_000;

/**
 * Gives the database's user the password of .env, from inside its container, where the image trusts local connections.
 * Throws service-not-ready where the container is not there or does not accept connections.
 */
export const setDatabasePassword = async (stack: StackSpec, world: World): Promise<{ readonly user: string }> => {
  const service = stack.services.find((candidate) => candidate.role === "database");
  if (service === undefined)
    throw new GoatError("unknown-service", "no service of the Compose file is the database (x-goat: role)");
  const container = await ensureRunning(stack, service, world);
  const { POSTGRES_USER: user = "postgres", POSTGRES_PASSWORD: password = "" } = service.environment;
  // psql reads the password from its environment: nothing secret stands in an argument or in the server's log.
  const environment = { GOAT_USER: user, GOAT_PASSWORD: password };
  const { exitCode, output } = await world.engine.exec(container, ["sh", "-c", script], world.signal, environment);
  if (exitCode === 0) return { user };
  throw new GoatError("database-password-drift", `the password of ${user} could not be set`, {
    service: service.name,
    evidence: output.trim().split("\n").slice(-4),
    fixes: [{ command: `goat-dev logs ${service.name}`, effect: "shows what the database says" }],
  });
};

const script = `printf '%s\\n' 'set password_encryption = "scram-sha-256";' '\\getenv role GOAT_USER' '\\getenv password GOAT_PASSWORD' 'alter user :"role" password :'"'"'password'"'"';' |
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$GOAT_USER" --dbname postgres`;

const ensureRunning = async (stack: StackSpec, service: ServiceSpec, world: World): Promise<string> => {
  const observed = await observeStack(stack, world);
  const found = containerOf(stack, service, observed);
  if (found === undefined) {
    throw new GoatError("service-not-ready", `${service.name} is not there yet, so it has no password to change`, {
      service: service.name,
      fixes: [{ command: "goat-dev up", effect: "makes it with the password of .env" }],
    });
  }
  const { container } = found;
  await world.engine.apply({ type: "start-container", container }, { signal: world.signal, progress: () => {} });
  const { POSTGRES_USER: user = "postgres" } = service.environment;
  const command = ["pg_isready", "--quiet", "--username", user];
  const result = await waitUntilReady(createProbe({ kind: "exec", command }), {
    clock: world.clock,
    signal: world.signal,
    timeoutMs: START_LIMIT_MS,
    context: sightContext({ service: service.name, container }, { ...world, stack: stack.name }),
  });
  if (result.state === "ready") return container;
  throw new GoatError("service-not-ready", `${service.name} does not accept connections: ${result.why}`, {
    service: service.name,
  });
};
