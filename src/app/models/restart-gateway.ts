import { GoatError } from "../../errors/goat-error.ts";
import { type GatewayAccess, isAnswering, listModels } from "../../gateway/access.ts";
import { observeStack } from "../../stack/run/observe.ts";
import type { App } from "../app.ts";
import { needOwnStack } from "../own-stack.ts";
import { type OpenStack, openProject, openStack, type ProjectSession } from "../project.ts";
import { restartServices } from "../restart.ts";

export interface RestartedGateway {
  /** False where no gateway of this project runs. */
  readonly running: boolean;
  /** What the gateway lists then. */
  readonly models: readonly string[];
}

/**
 * Has a running gateway read its files again, as `restart` does, and asks what it lists then.
 * Throws what `restart` throws, and models-missing where a name is not listed.
 */
export async function restartGateway(
  access: GatewayAccess,
  wanted: readonly string[],
  command: string,
  app: App,
): Promise<RestartedGateway> {
  const begin = app.clock.now();
  const open = await openRunning(access, () => openProject(app), command, app);
  if (open === null) return { running: false, models: [] };
  const request = { names: [access.service], example: false, hard: false, begin, ...ofThisFolder(command) };
  await restartServices(open, request, app);
  const models = await listModels(access, app.signal);
  const missing = wanted.find((name) => !models.includes(name));
  if (missing === undefined) return { running: true, models };
  throw new GoatError("models-missing", `${access.service} does not serve ${missing}`, {
    service: access.service,
    fixes: [{ command: `goat-dev logs ${access.service}`, effect: "shows why the route was left out" }],
  });
}

function ofThisFolder(command: string) {
  return { command, takeOver: false, yes: false };
}

/** The stack whose gateway runs; null where none does. Throws stack-of-another-folder. */
export async function openRunning(
  access: GatewayAccess,
  read: () => Promise<ProjectSession>,
  command: string,
  app: App,
): Promise<OpenStack | null> {
  if (!(await isAnswering(access, app.signal))) return null;
  const open = await openStack(app, await read()).catch((error: unknown) => {
    if (error instanceof GoatError && error.exitCode === 3) return null;
    throw error;
  });
  // Without an engine, what answers at that address cannot be this project's gateway.
  if (open === null) return null;
  const observed = await observeStack(open.stack, open);
  if (!observed.services.some(({ name, state }) => name === access.service && state === "running")) return null;
  await needOwnStack(open, observed, ofThisFolder(command), app);
  return open;
}
