import { checkNames } from "../stack/plan/graph.ts";
import type { App } from "./app.ts";
import { bringUp, type UpReport } from "./bring-up.ts";
import { lockStack } from "./lock-stack.ts";
import type { OwnInput, OwnRequest } from "./own-stack.ts";
import { type OpenStack, openProject, openStack } from "./project.ts";

export interface RestartInput extends OwnInput {
  /** Empty means all. */
  readonly services: readonly string[];
  /** Run the example client afterwards. */
  readonly example: boolean;
  /** Restart the process, even where the service could reload its files while it runs. */
  readonly hard: boolean;
  /** As written: a limit for everything to be ready, such as 90s. */
  readonly timeout?: string | undefined;
}

export async function restart({ services, example, hard, timeout, ...own }: RestartInput, app: App): Promise<UpReport> {
  const begin = app.clock.now();
  const session = await openProject(app, { timeout, example: example ? "always" : undefined });
  checkNames(session.stack, services);
  const open = await openStack(app, session);
  return restartServices(open, { names: services, command: "restart", example, hard, begin, ...own }, app);
}

export interface RestartOptions extends OwnRequest {
  /** Empty means all. */
  readonly names: readonly string[];
  /** Run the example client afterwards. */
  readonly example: boolean;
  /** False: a service that can reload does that instead of being restarted. */
  readonly hard: boolean;
  /** When the command began, as `clock.now()` told it. */
  readonly begin: number;
}

/**
 * Reloads or restarts services, so that changes in .env and config files count, and waits until they are ready. Takes
 * the lock.
 */
export async function restartServices(
  open: OpenStack,
  { example, hard, ...options }: RestartOptions,
  app: App,
): Promise<UpReport> {
  await using _lock = await lockStack(open, options.command, app);
  // Awaited here: the lock is let go once this function returns.
  return await bringUp(
    open,
    { ...options, restart: hard ? "hard" : "soft", example: example ? "always" : "never" },
    app,
  );
}
