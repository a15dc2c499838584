import { describe } from "../../errors/describe.ts";
import { type Fix, GoatError, retold } from "../../errors/goat-error.ts";
import type { ObservedStack } from "../../model/observed.ts";
import { unsetIn } from "../../project/env-file.ts";
import { type Rows, totalsOf } from "../../stack/run/dump-rows.ts";
import { observeStack } from "../../stack/run/observe.ts";
import type { App } from "../app.ts";
import type { UpReport } from "../bring-up.ts";
import type { Snapshot } from "../database/place.ts";
import { needRows, putBack } from "../database/restore.ts";
import { stamp, takeSnapshot } from "../database/snapshot.ts";
import { runningDatabase } from "../delete-data.ts";
import { lockStack } from "../lock-stack.ts";
import { needOwnStack, type OwnInput } from "../own-stack.ts";
import { type OpenStack, openProject, openStack, tellStack } from "../project.ts";
import { setVariables } from "../set-variables.ts";
import {
  bringUpAgain,
  type Carrying,
  fetchImages,
  hasData,
  holdOthers,
  linesOf,
  runningIn,
  startDatabase,
  tellRows,
} from "./carry.ts";
import { openWith, readUpgrade, refuse, type UpgradePlan } from "./plan.ts";
import { keepWayBack } from "./way-back.ts";

export interface UpgradeInput extends OwnInput {
  /** Empty means all. */
  readonly services: readonly string[];
  /** Only say what would be done. */
  readonly plan: boolean;
}

export interface UpgradeReport extends UpgradePlan {
  readonly ok: true;
  /** False where it was only planned, or there was nothing to do. */
  readonly done: boolean;
  /** The snapshot from before; null where there was no data. */
  readonly snapshot: string | null;
  /** As counted before and after; null where nothing was upgraded or there was no data. */
  readonly tables: number | null;
  readonly rows: number | null;
  /** The report of bringing the stack up again; null where nothing was upgraded. */
  readonly up: UpReport | null;
  /** What to type to go back; null where nothing was done, or there is no way. */
  readonly back: string | null;
}

/** Brings the stack with its data to the versions that were tested together, and proves that it works. */
export async function upgrade(input: UpgradeInput, app: App): Promise<UpgradeReport> {
  const begin = app.clock.now();
  const open = await openStack(app, await openProject(app));
  tellStack(open, app);
  if (input.plan) return undone(readUpgrade(open, await observeStack(open.stack, open), input.services, app));
  await using _lock = await lockStack(open, "upgrade", app);
  const observed = await observeStack(open.stack, open);
  await needOwnStack(open, observed, { ...input, command: "upgrade" }, app);
  const plan = readUpgrade(open, observed, input.services, app);
  if (plan.obstacle !== null) throw refuse(plan.obstacle);
  if (plan.nothingToDo) return undone(plan);
  if (!input.yes) await confirm(plan, app);
  const carrying = { ...input, command: "upgrade", running: runningIn(observed), begin };
  // Awaited here: the lock is let go once this function returns.
  return await carry(plan, open, observed, carrying, app);
}

function undone(plan: UpgradePlan): UpgradeReport {
  return { ok: true, ...plan, done: false, snapshot: null, tables: null, rows: null, up: null, back: null };
}

async function confirm({ stack, services }: UpgradePlan, { ask }: App): Promise<void> {
  const changes = services.flatMap(({ service, from, to }) => (from === to ? [] : [`${service}: ${from} -> ${to}`]));
  if (ask === null) {
    throw new GoatError("confirmation-needed", `this makes services of ${stack} anew, and nobody is here to ask`, {
      evidence: changes,
      fixes: [
        { command: "goat-dev upgrade --plan", effect: "shows what would be done" },
        { command: "goat-dev upgrade --yes", effect: "does it, after a snapshot" },
      ],
    });
  }
  const question = `${changes.join(", ")}. Upgrade ${stack}, after a snapshot?`;
  if (!(await ask.confirm(question, false))) throw new GoatError("interrupted", "nothing was changed or stopped");
}

async function carry(
  plan: UpgradePlan,
  open: OpenStack,
  observed: ObservedStack,
  carrying: Carrying,
  app: App,
): Promise<UpgradeReport> {
  const { variables } = plan;
  const after = await openWith(variables, open, app);
  await fetchImages(after);
  const hasWay = Object.keys(variables).length > 0;
  let [snapshot, rows]: [Snapshot | null, Rows | null] = [null, null];
  try {
    if (hasData(open, observed)) {
      snapshot = await copyOf(open, observed, app);
      rows = snapshot === null ? null : await moveData(plan, snapshot, after, carrying, app);
    }
    if (hasWay) await keepBefore(plan, open, { snapshot, running: carrying.running }, app);
  } catch (error) {
    throw withFirst(describe(error), { command: "goat-dev up", effect: "goes on as before: .env is as it was" });
  }
  await setVariables(linesOf(variables), open.environment, app);
  const up = await bringUpAgain(after, carrying, app).catch((error: unknown) => {
    const back = hasWay || snapshot === null ? backCommand : `goat-dev db restore ${snapshot.name}`;
    throw withFirst(describe(error), { command: back, effect: "goes back to what was there before" });
  });
  return {
    ...undone(plan),
    done: true,
    snapshot: snapshot?.name ?? null,
    ...totalsOf(rows),
    up,
    back: hasWay ? backCommand : null,
  };
}

const backCommand = "goat-dev upgrade --back";

function withFirst(error: GoatError, fix: Fix): GoatError {
  return retold(error, { fixes: [fix, ...error.fixes] });
}

/** Takes a snapshot while nothing writes into the database, so that rows counted later can be compared with it. */
async function copyOf(open: OpenStack, observed: ObservedStack, app: App): Promise<Snapshot | null> {
  await holdOthers(open, observed, "upgrade");
  const database = await runningDatabase(open);
  return database === null ? null : takeSnapshot(open, database, `before-upgrade-${stamp(app)}`, app);
}

async function keepBefore(
  { services, move, stack }: UpgradePlan,
  { environment }: OpenStack,
  { snapshot, running }: { readonly snapshot: Snapshot | null; readonly running: readonly string[] },
  { clock }: App,
): Promise<void> {
  const images = services.flatMap(({ variable, from, to }) => (from === to ? [] : [[variable, from] as const]));
  const volume = environment.variables["POSTGRES_VOLUME"] || "postgres-data";
  const variables = { ...Object.fromEntries(images), ...(move === null ? {} : { POSTGRES_VOLUME: volume }) };
  await keepWayBack(environment.project.stateDir, {
    made: clock.date().toISOString(),
    stack,
    running,
    variables,
    added: unsetIn(environment.project.envFile, Object.keys(variables)),
    snapshot: snapshot?.name ?? null,
    volume: move?.volume ?? null,
  });
}

/** Starts the database alone on its new image, and makes sure that every row is there. */
async function moveData(
  { move }: UpgradePlan,
  snapshot: Snapshot,
  after: OpenStack,
  carrying: Carrying,
  app: App,
): Promise<Rows> {
  const database = await startDatabase(after, carrying, app);
  const rows = await (move === null ? needRows : putBack)(snapshot, database, after);
  tellRows(rows, app);
  return rows;
}
