import { join } from "node:path";
import { GoatError } from "../../errors/goat-error.ts";
import type { ObservedStack } from "../../model/observed.ts";
import { isTaken } from "../../platform/files.ts";
import { ensureStateFolder } from "../../project/state.ts";
import { containerOf } from "../../stack/plan/containers.ts";
import { databaseService, type OpenDatabase, openDatabase, untilOpen } from "../../stack/run/database.ts";
import { dumpDatabase, dumpSuffix } from "../../stack/run/dump.ts";
import { totalsOf } from "../../stack/run/dump-rows.ts";
import { observeStack } from "../../stack/run/observe.ts";
import type { App } from "../app.ts";
import { lockStack } from "../lock-stack.ts";
import { type OpenStack, openEnvironment, openProject, openStack } from "../project.ts";
import { checkName, listSnapshots, type Snapshot, snapshotFolder, writeNote } from "./place.ts";

/** A snapshot as reports show it: with the number of tables and of rows, instead of a count for each table. */
export interface SnapshotEntry extends Omit<Snapshot, "rows"> {
  /** Null where nobody counted. */
  readonly tables: number | null;
  readonly rows: number | null;
}

export interface SnapshotReport extends SnapshotEntry {
  readonly ok: true;
}

export interface SnapshotsReport {
  readonly folder: string;
  /** The newest first. */
  readonly snapshots: readonly SnapshotEntry[];
}

/** Copies all that the database holds. Throws usage, service-not-ready, file-unwritable, disk-full. */
export async function snapshot(input: { readonly name: string | undefined }, app: App): Promise<SnapshotReport> {
  if (input.name !== undefined) checkName(input.name);
  const open = await openStack(app, await openProject(app));
  await using _lock = await lockStack(open, "db snapshot", app);
  const database = await needDatabase(open, await observeStack(open.stack, open));
  const taken = await takeSnapshot(open, database, input.name ?? stamp(app), app);
  // Without Docker the server was stopped for the copy. Where its rows could not be counted, no log-in works, so none
  // is awaited.
  if (taken.rows !== null) await untilOpen(database, open.stack, open);
  return { ok: true, ...entryOf(taken) };
}

/** The project's snapshots; needs no engine. */
export async function snapshots(_input: object, app: App): Promise<SnapshotsReport> {
  const { stateDir } = openEnvironment(app).project;
  return { folder: snapshotFolder(stateDir), snapshots: (await listSnapshots(stateDir)).map(entryOf) };
}

function entryOf({ rows, ...snapshot }: Snapshot): SnapshotEntry {
  return { ...snapshot, ...totalsOf(rows) };
}

/** The time (UTC) in a form for file names: 2026-11-23T10-00-00. */
export function stamp({ clock }: App): string {
  return clock.date().toISOString().slice(0, 19).replaceAll(":", "-");
}

/** The stack's database, which has to run. Throws usage, service-not-ready. */
export async function needDatabase(open: OpenStack, observed: ObservedStack): Promise<OpenDatabase> {
  const service = databaseService(open.stack);
  if (service === null) throw new GoatError("usage", "no service of the Compose file is the database (x-goat: role)");
  const isRunning = containerOf(open.stack, service, observed)?.state === "running";
  const database = isRunning ? await openDatabase(open.stack, open) : null;
  if (database !== null) return database;
  throw new GoatError("service-not-ready", `${service.name} is not running`, {
    service: service.name,
    fixes: [{ command: `goat-dev up ${service.name}`, effect: "starts it" }],
  });
}

/** Writes a copy and a note of what it holds. The stack has to be locked. */
export async function takeSnapshot(open: OpenStack, database: OpenDatabase, name: string, app: App): Promise<Snapshot> {
  const { stateDir } = open.environment.project;
  const file = join(snapshotFolder(stateDir), `${name}${dumpSuffix(open)}`);
  if (isTaken(file)) {
    throw new GoatError("usage", `there is a snapshot ${name} already`, {
      fixes: [{ command: "goat-dev db snapshot", effect: "names one by the time" }],
    });
  }
  await ensureStateFolder(stateDir);
  const made = app.clock.date().toISOString();
  const { bytes, rows } = await dumpDatabase(database, file, open);
  const warning = await writeNote(stateDir, name, { made, stack: open.stack.name, rows });
  if (warning !== null) app.emit({ type: "notice", level: "warning", text: warning });
  return { name, file, bytes, made, stack: open.stack.name, rows };
}
