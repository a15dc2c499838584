import { observeStack } from "../stack/observe.ts";
import { setDatabasePassword } from "../stack/set-password.ts";
import type { Run } from "./command.ts";
import { lockStack } from "./lock-stack.ts";
import { claimStack, needOwnStack, ownRequest } from "./own-stack.ts";
import { openSession, openWorld } from "./session.ts";

export const setPassword: Run = async (input, context) => {
  const read = await openSession(context, input);
  const { world, session } = await openWorld(context, read);
  const release = await lockStack(context, world.info, session, "db set-password");
  try {
    const observed = await observeStack(session.stack, world);
    await needOwnStack(session, observed, ownRequest("db set-password", input), world, context);
    await claimStack(session, observed, world, context);
    const { user } = await setDatabasePassword(session.stack, world);
    const text = `${user} has the password of .env now. Next: goat-dev up`;
    context.emit({ type: "result", data: { ok: true, stack: session.stack.name, user }, text });
  } finally {
    await release();
  }
  return undefined;
};
