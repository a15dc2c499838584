import { needOwnStack } from "../../app/own-stack.ts";
import type { OpenStack } from "../../app/project.ts";
import { restartServices } from "../../app/restart.ts";
import { GoatError } from "../../errors/goat-error.ts";
import type { GatewayAccess } from "../../gateway/access.ts";
import { listModels } from "../../gateway/models.ts";
import { observeStack } from "../../stack/observe.ts";
import { type Context, type Input, openSession, openWorld, type Session } from "../old-command.ts";
import { isAnswering } from "./answering.ts";
import type { ModelsProject } from "./open.ts";

export interface TakenOver {
  /** False where no gateway of this project runs. */
  readonly running: boolean;
  /** What the gateway lists then. */
  readonly models: readonly string[];
}

const notRunning: TakenOver = { running: false, models: [] };

/**
 * Has a running gateway read its files again, as `restart` does, and asks what it lists then.
 * Throws what `restart` throws, and models-missing where a name is not listed.
 */
export const takeOver = async (
  { access }: ModelsProject,
  wanted: readonly string[],
  command: string,
  input: Input,
  context: Context,
): Promise<TakenOver> => {
  const begin = context.clock.now();
  const open = await openRunning(access, () => openSession(context, input), command, context);
  if (open === null) return notRunning;
  const options = { names: [access.service], example: false, begin, ...noTakeOver(command) };
  await restartServices(open, options, context);
  const models = await listModels(access, context.signal);
  const missing = wanted.find((name) => !models.includes(name));
  if (missing === undefined) return { running: true, models };
  throw new GoatError("models-missing", `${access.service} does not serve ${missing}`, {
    service: access.service,
    fixes: [{ command: `goat-dev logs ${access.service}`, effect: "shows why the route was left out" }],
  });
};

const noTakeOver = (command: string) => ({ command, takeOver: false, yes: false });

/** The stack whose gateway runs; null where none does. Throws stack-of-another-folder. */
export const openRunning = async (
  access: GatewayAccess,
  read: () => Promise<Session>,
  command: string,
  context: Context,
): Promise<OpenStack | null> => {
  if (!(await isAnswering(access, context.signal))) return null;
  const opened = await openWorld(context, await read()).catch((error: unknown) => {
    if (error instanceof GoatError && error.exitCode === 3) return null;
    throw error;
  });
  // What answers there is then not ours.
  if (opened === null) return null;
  const { world } = opened;
  const observed = await observeStack(world.stack, world);
  if (!observed.services.some(({ name, state }) => name === access.service && state === "running")) return null;
  await needOwnStack(world, observed, noTakeOver(command), context);
  return world;
};
