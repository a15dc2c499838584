import { formatPlan, type Plan } from "../model/plan.ts";
import { renderPairs } from "../platform/table.ts";
import { isNothingToDo, prepare } from "../stack/bring-up.ts";
import { planWords } from "../stack/step-words.ts";
import { bringUp } from "./bring-up.ts";
import type { Context, Input, Run } from "./command.ts";
import { ensureKeys } from "./ensure-keys.ts";
import { lockStack } from "./lock-stack.ts";
import { ownerOf, ownerText, ownRequest } from "./own-stack.ts";
import { openEnvironment, openSession, openWorld } from "./session.ts";

export const up: Run = async (input, context) => {
  const begin = context.clock.now();
  if (input.flag("plan")) return showPlan(input, context);
  const { environment, demo } = await ensureKeys(openEnvironment(context), input.flag("demo"), context);
  const read = await openSession(context, input, environment, demo);
  const { world, session } = await openWorld(context, read);
  const release = await lockStack(context, world.info, session, "up");
  try {
    const options = { names: input.args, restart: false, begin, ...ownRequest("up", input) };
    await bringUp(session, options, world, context);
  } finally {
    await release();
  }
  return undefined;
};

const showPlan = async (input: Input, context: Context): Promise<undefined> => {
  const read = await openSession(context, input, openEnvironment(context), input.flag("demo"));
  const { world, session } = await openWorld(context, read);
  const { plan, stack, observed } = await prepare(session.stack, { names: input.args, restart: false }, world);
  const owner = ownerOf(session, observed, world, context);
  if (owner !== null) world.emit({ type: "notice", level: "warning", text: ownerText(session, owner) });
  const steps = plan.nodes.map(({ id, subject, action, cause, after }) => ({
    id,
    subject,
    type: action.type,
    cause,
    after,
  }));
  const data = { ok: true, stack: stack.name, steps, drift: plan.drift, orphans: plan.orphans };
  world.emit({ type: "result", data, text: planText(plan) });
};

/** First what it means, then the steps themselves. */
const planText = (plan: Plan): string =>
  isNothingToDo(plan) ? "Nothing to do." : `${renderPairs(planWords(plan))}\n\n${formatPlan(plan)}`;
