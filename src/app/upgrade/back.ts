import { isDeepStrictEqual } from "node:util";
import { GoatError } from "../../errors/goat-error.ts";
import type { ObservedStack } from "../../model/observed.ts";
import type { StackSpec } from "../../model/stack.ts";
import { list } from "../../platform/text.ts";
import { type Rows, totalsOf } from "../../stack/run/dump-rows.ts";
import { observeStack } from "../../stack/run/observe.ts";
import type { App } from "../app.ts";
import type { UpReport } from "../bring-up.ts";
import { findSnapshot, type Snapshot } from "../database/place.ts";
import { needRows, putBack, readable } from "../database/restore.ts";
import { stamp, takeSnapshot } from "../database/snapshot.ts";
import { lockStack } from "../lock-stack.ts";
import { needOwnStack } from "../own-stack.ts";
import { type OpenStack, openProject, openStack, tellStack } from "../project.ts";
import { readCompose } from "../read-project.ts";
import { setVariables, takeOutVariables } from "../set-variables.ts";
import { bringUpAgain, type Carrying, fetchImages, holdOthers, linesOf, startDatabase, tellRows } from "./carry.ts";
import { openWith } from "./plan.ts";
import type { UpgradeInput } from "./upgrade.ts";
import { forgetWayBack, needWayBack, type WayBack } from "./way-back.ts";

export interface UpgradeBackReport {
  readonly ok: true;
  /** The stack's name. */
  readonly stack: string;
  /** False where it was only planned. */
  readonly done: boolean;
  /** When it was upgraded, as an ISO time. */
  readonly upgradedAt: string;
  /** The values of the variables afterwards, whether from .env or from the Compose file. */
  readonly variables: Readonly<Record<string, string>>;
  /** The snapshot of the data from before the upgrade; null where there was none. */
  readonly snapshot: string | null;
  /** The snapshot of the data that was replaced; null where that stays in a volume of its own, or there was none. */
  readonly before: string | null;
  /** As counted afterwards, and as many as before the upgrade; null where no data was brought back. */
  readonly tables: number | null;
  readonly rows: number | null;
  readonly up: UpReport | null;
}

/** Brings back images and data from before the last upgrade. */
export async function upgradeBack(input: Omit<UpgradeInput, "services">, app: App): Promise<UpgradeBackReport> {
  const begin = app.clock.now();
  const open = await openStack(app, await openProject(app));
  tellStack(open, app);
  const { stateDir } = open.environment.project;
  const way = needWayBack(stateDir, open.stack.name);
  const snapshot = way.snapshot === null ? null : await readable(await findSnapshot(stateDir, way.snapshot), open);
  if (input.plan) return told(way);
  await using _lock = await lockStack(open, "upgrade --back", app);
  const observed = await observeStack(open.stack, open);
  await needOwnStack(open, observed, { ...input, command: "upgrade --back" }, app);
  if (!input.yes) await confirm(way, app);
  const carrying = { ...input, command: "upgrade --back", running: way.running, begin };
  const earlier = await openWith(way.variables, open, app);
  await fetchImages(earlier);
  await holdOthers(open, observed, "upgrade --back");
  await writeBack(way, open, earlier, app);
  const data = snapshot === null ? null : await dataBack(way, snapshot, observed, earlier, carrying, app);
  const up = await bringUpAgain(earlier, carrying, app);
  await forgetWayBack(stateDir);
  const rows = data?.rows ?? null;
  return {
    ...told(way),
    done: true,
    before: data?.before?.name ?? null,
    ...totalsOf(rows),
    up,
  };
}

function told({ stack, variables, snapshot, made: upgradedAt }: WayBack): UpgradeBackReport {
  const nothing = { before: null, tables: null, rows: null, up: null };
  return { ok: true, stack, done: false, upgradedAt, variables, snapshot, ...nothing };
}

async function confirm({ variables, snapshot, made }: WayBack, { ask }: App): Promise<void> {
  const images = list(Object.entries(variables).flatMap(([name, value]) => (name.endsWith("_IMAGE") ? [value] : [])));
  const data = snapshot === null ? "" : `, with the data of ${made.slice(0, 16).replace("T", " ")}`;
  if (ask === null) {
    throw new GoatError("confirmation-needed", `this goes back to ${images}${data}, and nobody is here to ask`, {
      fixes: [{ command: "goat-dev upgrade --back --yes", effect: "goes back without asking" }],
    });
  }
  if (await ask.confirm(`Go back to ${images}${data}?`, false)) return;
  throw new GoatError("interrupted", "nothing was changed or stopped");
}

/**
 * Makes .env what it was before the upgrade. Where the Compose file was edited since, so that other images or volumes
 * would come of that, all of the variables are written into .env.
 */
async function writeBack({ variables, added }: WayBack, open: OpenStack, earlier: OpenStack, app: App): Promise<void> {
  const isSet = ([name]: readonly [string, string]): boolean => !(name in added);
  const set = Object.fromEntries(Object.entries(variables).filter(isSet));
  const written = await setVariables(linesOf(set), open.environment, app);
  const environment = await takeOutVariables(added, written, app);
  const { stack } = readCompose(app.options, environment);
  if (!isDeepStrictEqual(namesOf(stack), namesOf(earlier.stack)))
    await setVariables(linesOf(variables), environment, app);
}

/** Images and volumes. */
function namesOf({ services, volumes }: StackSpec): readonly unknown[] {
  return [services.map(({ run }) => run.docker?.image), volumes.map(({ name }) => name)];
}

interface Data {
  readonly rows: Rows;
  readonly before: Snapshot | null;
}

/**
 * Brings the data back. Where the old volume is still there, it has all of the data; else the snapshot replaces what is
 * there, of which a copy is made first.
 */
async function dataBack(
  { volume }: WayBack,
  snapshot: Snapshot,
  observed: ObservedStack,
  earlier: OpenStack,
  carrying: Carrying,
  app: App,
): Promise<Data> {
  const isThere = volume !== null && observed.volumes.some(({ name }) => name === volume);
  const database = await startDatabase(earlier, carrying, app);
  const before = isThere ? null : await takeSnapshot(earlier, database, `before-back-${stamp(app)}`, app);
  const rows = await (isThere ? needRows : putBack)(snapshot, database, earlier);
  tellRows(rows, app);
  return { rows, before };
}
