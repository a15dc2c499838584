import { GoatError } from "../../errors/goat-error.ts";
import { planDown } from "../../stack/plan/take-down.ts";
import { takeDown } from "../../stack/run/execute.ts";
import { observeStack } from "../../stack/run/observe.ts";
import type { App } from "../app.ts";
import { bringUp } from "../bring-up.ts";
import { databaseVolumes, readyToDelete } from "../delete-data.ts";
import { lockStack } from "../lock-stack.ts";
import { needOwnStack, type OwnInput } from "../own-stack.ts";
import { openProject, openStack } from "../project.ts";

export interface ResetInput extends OwnInput {
  /** Keep a copy of what is there now. */
  readonly snapshot: boolean;
}

export interface ResetReport {
  readonly ok: true;
  /** The stack's name. */
  readonly stack: string;
  /** Volumes that were deleted. */
  readonly deleted: readonly string[];
  /** The snapshot of what was there before. */
  readonly before: string | null;
  /** Services that ran before and are ready again, on an empty database. */
  readonly restarted: readonly string[];
}

/** Deletes what the database holds, after a yes and a snapshot, and brings up again what ran. */
export async function reset(input: ResetInput, app: App): Promise<ResetReport> {
  const begin = app.clock.now();
  const open = await openStack(app, await openProject(app));
  await using _lock = await lockStack(open, "db reset", app);
  const before = await observeStack(open.stack, open);
  await needOwnStack(open, before, { ...input, command: "db reset" }, app);
  const deleted = databaseVolumes(open, before);
  if (deleted.length === 0) {
    throw new GoatError("usage", `there is no database of ${open.stack.name} yet`, {
      fixes: [{ command: "goat-dev up", effect: "makes it" }],
    });
  }
  const running = before.services.filter(({ state, oneOff }) => state === "running" && !oneOff);
  const request = { command: "db reset", withoutCopy: "--no-snapshot", copy: input.snapshot, yes: input.yes } as const;
  const snapshot = await readyToDelete(deleted, request, open, before, app);
  const observed = snapshot === null ? before : await observeStack(open.stack, open);
  await takeDown(open.stack, planDown(open.stack, observed, deleted), open);
  const restarted = [...new Set(running.map(({ name }) => name))];
  if (restarted.length > 0) {
    const options = {
      ...input,
      command: "db reset",
      names: restarted,
      restart: false,
      example: "never",
      begin,
    } as const;
    await bringUp(open, options, app);
  }
  return { ok: true, stack: open.stack.name, deleted, before: snapshot?.name ?? null, restarted };
}
