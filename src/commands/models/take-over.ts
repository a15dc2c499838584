import { GoatError } from "../../errors/goat-error.ts";
import { listModels } from "../../gateway/models.ts";
import { observeStack } from "../../stack/observe.ts";
import { bringUp } from "../bring-up.ts";
import type { Context, Input } from "../command.ts";
import { lockStack } from "../lock-stack.ts";
import { openSession, openWorld } from "../session.ts";
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
  if (!(await isAnswering(access, context.signal))) return notRunning;
  const read = await openSession(context, input);
  const opened = await openWorld(context, read).catch((error: unknown) => {
    if (error instanceof GoatError && error.exitCode === 3) return null;
    throw error;
  });
  // What answers there is then not ours.
  if (opened === null) return notRunning;
  const { world, session } = opened;
  const { services } = await observeStack(session.stack, world);
  const isOurs = services.some(({ name, state }) => name === access.service && state === "running");
  if (!isOurs) return notRunning;
  const release = await lockStack(context, world.info, session, command);
  try {
    const settings = { ...session.settings, example: "never" as const };
    // This command has a result of its own.
    const quiet = {
      ...world,
      emit: (event: Parameters<Context["emit"]>[0]) => event.type !== "result" && world.emit(event),
    };
    await bringUp({ ...session, settings }, { names: [access.service], restart: true, begin }, quiet, context);
  } finally {
    await release();
  }
  const models = await listModels(access, context.signal);
  const missing = wanted.find((name) => !models.includes(name));
  if (missing === undefined) return { running: true, models };
  throw new GoatError("models-missing", `${access.service} does not serve ${missing}`, {
    service: access.service,
    fixes: [{ command: `goat-dev logs ${access.service}`, effect: "shows why the route was left out" }],
  });
};
