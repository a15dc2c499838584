import { formatPlan } from "../model/plan.ts";
import { isNothingToDo, prepare } from "../stack/bring-up.ts";
import { bringUp } from "./bring-up.ts";
import type { Command, Context, Input } from "./command.ts";
import { ensureKeys } from "./ensure-keys.ts";
import { lockStack, openEnvironment, openSession, openWorld } from "./session.ts";

export const upCommand: Command = {
  name: "up",
  summary: "bring the stack up, wait until it really answers, and prove it with one call",
  arguments: "[service...]",
  options: [
    { flags: "--timeout <duration>", description: "limit for everything to be ready, such as 90s" },
    { flags: "--plan", description: "show what would be done, and do nothing" },
    { flags: "--example", description: "run the example client even where a kept proof still holds" },
    { flags: "--no-example", description: "no call through the gateway" },
  ],
  examples: [
    ["goat-dev up", "everything"],
    ["goat-dev up --plan", "what would change, and why"],
    ["goat-dev up postgres", "one service and what it needs"],
    ["goat-dev up --json", "one JSON document, for scripts"],
  ],
  run: async (input, context) => {
    const begin = context.clock.now();
    if (input.flag("plan")) return showPlan(input, context);
    const session = await openSession(context, input, await ensureKeys(openEnvironment(context), context));
    const world = await openWorld(context, session);
    const release = await lockStack(context, world.info, session.stack, "up");
    try {
      await bringUp(session, { names: input.args, restart: false, begin }, world, context);
    } finally {
      await release();
    }
    return undefined;
  },
};

const showPlan = async (input: Input, context: Context): Promise<undefined> => {
  const session = await openSession(context, input);
  const world = await openWorld(context, session);
  const { plan, stack } = await prepare(session.stack, { names: input.args, restart: false }, world);
  const steps = plan.nodes.map(({ id, subject, action, cause, after }) => ({
    id,
    subject,
    type: action.type,
    cause,
    after,
  }));
  const data = { ok: true, stack: stack.name, steps, drift: plan.drift, orphans: plan.orphans };
  world.emit({ type: "result", data, text: isNothingToDo(plan) ? "Nothing to do." : formatPlan(plan) });
};
