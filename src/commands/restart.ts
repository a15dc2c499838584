import { checkNames } from "../stack/graph.ts";
import { bringUp } from "./bring-up.ts";
import type { Command } from "./command.ts";
import { lockStack, openSession, openWorld } from "./session.ts";

export const restartCommand: Command = {
  name: "restart",
  summary: "stop and start services, with what changed in .env and config files, and wait until they are ready",
  arguments: "[service...]",
  options: [
    { flags: "--timeout <duration>", description: "limit for everything to be ready, such as 90s" },
    { flags: "--example", description: "run the example client afterwards" },
  ],
  examples: [["goat-dev restart litellm", "after an edit of dev/litellm-config.yaml"]],
  run: async (input, context) => {
    const begin = context.clock.now();
    const session = await openSession(context, input);
    checkNames(session.stack, input.args);
    const world = await openWorld(context, session);
    const release = await lockStack(context, world.info, session.stack, "restart");
    try {
      const settings = {
        ...session.settings,
        example: input.flag("example") ? ("always" as const) : ("never" as const),
      };
      await bringUp({ ...session, settings }, { names: input.args, restart: true, begin }, world, context);
    } finally {
      await release();
    }
    return undefined;
  },
};
