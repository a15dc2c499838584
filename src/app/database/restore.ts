import { describe } from "../../errors/describe.ts";
import { GoatError, retold } from "../../errors/goat-error.ts";
import { formatBytes } from "../../platform/format.ts";
import { planStop } from "../../stack/plan/take-down.ts";
import { type OpenDatabase, setDatabasePassword } from "../../stack/run/database.ts";
import { countRows, dumpSuffix, readDumpFile, restoreDump } from "../../stack/run/dump.ts";
import { missingRows, type Rows, rowsText, totalsOf } from "../../stack/run/dump-rows.ts";
import { takeDown } from "../../stack/run/execute.ts";
import { observeStack } from "../../stack/run/observe.ts";
import type { App } from "../app.ts";
import { bringUp } from "../bring-up.ts";
import { lockStack } from "../lock-stack.ts";
import { needOwnStack, type OwnInput } from "../own-stack.ts";
import { type OpenStack, openProject, openStack } from "../project.ts";
import { findSnapshot, type Snapshot } from "./place.ts";
import { needDatabase, stamp, takeSnapshot } from "./snapshot.ts";

export interface RestoreInput extends OwnInput {
  readonly name: string;
  /** Keep a copy of what is there now. */
  readonly snapshot: boolean;
}

export interface RestoreReport {
  readonly ok: true;
  /** The stack's name. */
  readonly stack: string;
  /** The snapshot's name. */
  readonly name: string;
  readonly tables: number;
  readonly rows: number;
  /** False where the snapshot came without row counts, so that there was nothing to compare with. */
  readonly proven: boolean;
  /** The snapshot of what was there before. */
  readonly before: string | null;
  /** Services that stood still meanwhile, and are ready again. */
  readonly restarted: readonly string[];
}

/** Puts a snapshot in the place of what the database holds, and proves that every row came back. */
export async function restore(input: RestoreInput, app: App): Promise<RestoreReport> {
  const begin = app.clock.now();
  const open = await openStack(app, await openProject(app));
  const snapshot = await readable(await findSnapshot(open.environment.project.stateDir, input.name), open);
  await using _lock = await lockStack(open, "db restore", app);
  const observed = await observeStack(open.stack, open);
  const own = { ...input, command: `db restore ${snapshot.name}` };
  await needOwnStack(open, observed, own, app);
  const database = await needDatabase(open, observed);
  if (!input.yes) await confirm(snapshot, app);
  const before = input.snapshot ? await takeSnapshot(open, database, `before-${stamp(app)}`, app) : null;
  const others = observed.services.filter(({ name, state }) => state === "running" && name !== database.service.name);
  const restarted = [...new Set(others.map(({ name }) => name))];
  await takeDown(open.stack, planStop(open.stack, observed, restarted, "db restore"), open);
  const found = await putBack(snapshot, database, open).catch((error: unknown) => {
    throw before === null ? error : halfWay(describe(error), before);
  });
  app.emit({ type: "notice", level: "info", text: `${snapshot.name} is restored: ${rowsText(found)}` });
  if (restarted.length > 0) {
    await bringUp(open, { ...own, names: restarted, restart: false, example: "never", begin }, app);
  }
  return {
    ok: true,
    stack: open.stack.name,
    name: snapshot.name,
    ...totalsOf(found),
    proven: snapshot.rows !== null,
    before: before?.name ?? null,
    restarted,
  };
}

/**
 * Reads the snapshot's file to its end; row counts found in it replace those of the note. Throws usage where the other
 * engine took it, snapshot-unreadable.
 */
export async function readable(snapshot: Snapshot, open: OpenStack): Promise<Snapshot> {
  const suffix = dumpSuffix(open);
  if (!snapshot.file.endsWith(suffix)) {
    const [made, other] = suffix === ".sql.gz" ? ["without Docker", "embedded"] : ["on Docker", "docker"];
    throw new GoatError("usage", `${snapshot.name} was taken ${made}, and is restored there alone`, {
      fixes: [{ command: `goat-dev db restore ${snapshot.name} --engine ${other}`, effect: "restores it there" }],
    });
  }
  return { ...snapshot, rows: (await readDumpFile(snapshot.file, open.signal)) ?? snapshot.rows };
}

async function confirm({ name, bytes, made }: Snapshot, { ask }: App): Promise<void> {
  const what = `everything in the database by ${name} (${formatBytes(bytes)}, of ${made.slice(0, 16).replace("T", " ")})`;
  if (ask === null) {
    throw new GoatError("confirmation-needed", `this replaces ${what}, and nobody is here to ask`, {
      fixes: [{ command: `goat-dev db restore ${name} --yes`, effect: "replaces it without asking" }],
    });
  }
  if (await ask.confirm(`Replace ${what}?`, false)) return;
  throw new GoatError("interrupted", "nothing was changed or stopped");
}

/** Restores the snapshot, and returns the row counts of the database afterwards. Throws restore-incomplete. */
export async function putBack(snapshot: Snapshot, database: OpenDatabase, open: OpenStack): Promise<Rows> {
  await restoreDump(database, snapshot.file, open);
  // The snapshot brings back the password of the day it was taken.
  await setDatabasePassword(open.stack, open);
  return needRows(snapshot, database, open);
}

/**
 * Counts the database's rows, and compares them with the snapshot's counts, where it has any. Throws
 * restore-incomplete.
 */
export async function needRows(snapshot: Snapshot, database: OpenDatabase, open: OpenStack): Promise<Rows> {
  const found = await countRows(database, open);
  const missing = found === null ? [] : missingRows(snapshot.rows ?? found, found);
  if (found !== null && missing.length === 0) return found;
  throw new GoatError("restore-incomplete", `not every row of ${snapshot.name} is in the database`, {
    service: database.service.name,
    evidence: found === null ? ["its rows could not be counted: the database refuses the log-in"] : missing.slice(0, 6),
  });
}

/** Adds to the error, also to that of Ctrl-C, the command that brings back what was there before. */
function halfWay(error: GoatError, { name }: Snapshot): GoatError {
  const back = { command: `goat-dev db restore ${name}`, effect: "brings back what was there before" };
  return retold(error, { fixes: [...error.fixes, back] });
}
