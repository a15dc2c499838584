import { checkNames } from "../stack/graph.ts";
import { bringUp } from "./bring-up.ts";
import type { Run } from "./command.ts";
import { lockStack } from "./lock-stack.ts";
import { ownRequest } from "./own-stack.ts";
import { openSession, openWorld } from "./session.ts";

export const restart: Run = async (input, context) => {
  const begin = context.clock.now();
  const read = await openSession(context, input);
  checkNames(read.stack, input.args);
  const { world, session } = await openWorld(context, read);
  const release = await lockStack(context, world.info, session, "restart");
  try {
    const settings = {
      ...session.settings,
      example: input.flag("example") ? ("always" as const) : ("never" as const),
    };
    const options = { names: input.args, restart: true, begin, ...ownRequest("restart", input) };
    await bringUp({ ...session, settings }, options, world, context);
  } finally {
    await release();
  }
  return undefined;
};
