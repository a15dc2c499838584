import { setDatabasePassword } from "../stack/run/database.ts";
import { observeStack } from "../stack/run/observe.ts";
import type { App } from "./app.ts";
import { lockStack } from "./lock-stack.ts";
import { claimStack, needOwnStack, type OwnInput } from "./own-stack.ts";
import { openProject, openStack } from "./project.ts";

export interface SetPasswordReport {
  readonly ok: true;
  /** The stack's name. */
  readonly stack: string;
  /** The database user whose password was set. */
  readonly user: string;
}

/** Gives the database the password of .env; keeps the data. */
export async function setPassword(input: OwnInput, app: App): Promise<SetPasswordReport> {
  const open = await openStack(app, await openProject(app));
  await using _lock = await lockStack(open, "db set-password", app);
  const observed = await observeStack(open.stack, open);
  await needOwnStack(open, observed, { ...input, command: "db set-password" }, app);
  await claimStack(open, observed, app);
  const { user } = await setDatabasePassword(open.stack, open);
  return { ok: true, stack: open.stack.name, user };
}
