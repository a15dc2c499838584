// The rest of the bridge for commands that still tell their results themselves. It goes with the last of them.
import { type OpenStack, openProject, openStack, type ProjectSession } from "../app/project.ts";
import type { Environment } from "../app/read-project.ts";
import type { Context, Typed } from "./command.ts";

export type { Context, Run, Typed as Input } from "./command.ts";

export type Session = ProjectSession;

export function openSession(
  context: Context,
  typed: Typed,
  environment?: Environment,
  demo?: boolean,
): Promise<Session> {
  return openProject(context, { timeout: typed.text("timeout"), example: exampleOf(typed), demo, environment });
}

function exampleOf(typed: Typed): string | undefined {
  if (typed.flag("noExample")) return "never";
  return typed.flag("example") ? "always" : undefined;
}

export async function openWorld(
  context: Context,
  session: Session,
): Promise<{ readonly world: OpenStack; readonly session: OpenStack }> {
  const open = await openStack(context, session);
  return { world: open, session: open };
}
