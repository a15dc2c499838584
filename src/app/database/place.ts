import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { GoatError } from "../../errors/goat-error.ts";
import { isRecord } from "../../model/fields.ts";
import { nearest } from "../../platform/text.ts";
import { openState, type State } from "../../project/state.ts";
import type { Rows } from "../../stack/run/dump-rows.ts";

/** A copy of the whole database in the project's state folder. */
export interface Snapshot {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  /** ISO time. */
  readonly made: string;
  /** The stack that it was taken of; null where nobody noted it. */
  readonly stack: string | null;
  /** How many rows each table has; null where there is no note of it. */
  readonly rows: Rows | null;
}

/** What a JSON file beside the snapshot says of it. */
export type Note = Pick<Snapshot, "made" | "stack" | "rows">;

const suffixes = [".sql.gz", ".tar.gz"];

export function snapshotFolder(stateDir: string): string {
  return join(stateDir, "snapshots");
}

/** Throws usage for a name that is not a valid file name on every system. */
export function checkName(name: string): void {
  if (/^[A-Za-z0-9_][\w.-]{0,79}$/.test(name) && !/\.(?:gz|json)$/.test(name)) return;
  throw new GoatError("usage", "a snapshot's name is letters, digits and . _ -", {
    fixes: [{ command: "goat-dev db snapshot before-upgrade", effect: "such as this one" }],
  });
}

/** All that are there, the newest first. */
export async function listSnapshots(stateDir: string): Promise<readonly Snapshot[]> {
  const folder = snapshotFolder(stateDir);
  const files = (await readdir(folder).catch(() => [])).flatMap((file) => {
    const suffix = suffixes.find((one) => file.endsWith(one));
    return suffix === undefined ? [] : [{ file: join(folder, file), name: file.slice(0, -suffix.length) }];
  });
  const state = openState(folder);
  const found = await Promise.all(files.map(({ file, name }) => snapshotAt(file, name, state)));
  return found.flatMap((one) => one ?? []).sort((a, b) => b.made.localeCompare(a.made));
}

async function snapshotAt(file: string, name: string, state: State): Promise<Snapshot | null> {
  const found = await stat(file).catch(() => null);
  if (found === null) return null;
  const kept = state.readJson(`${name}.json`);
  const note = isNote(kept) ? kept : { made: found.mtime.toISOString(), stack: null, rows: null };
  return { name, file, bytes: found.size, made: note.made, stack: note.stack, rows: note.rows };
}

function isNote(value: unknown): value is Note {
  return (
    isRecord(value) &&
    typeof value["made"] === "string" &&
    (value["stack"] === null || typeof value["stack"] === "string") &&
    (value["rows"] === null || isRows(value["rows"]))
  );
}

function isRows(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((count) => typeof count === "number");
}

/** Returns a warning where it cannot be kept. */
export async function writeNote(stateDir: string, name: string, note: Note): Promise<string | null> {
  const kept = await openState(snapshotFolder(stateDir)).writeJson(`${name}.json`, note);
  return kept.ok ? null : kept.warning;
}

/** Throws usage where there is none of this name. */
export async function findSnapshot(stateDir: string, name: string): Promise<Snapshot> {
  const all = await listSnapshots(stateDir);
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    all.map((one) => one.name),
  );
  throw new GoatError("usage", `there is no snapshot ${name}`, {
    fixes: [
      near === undefined
        ? { command: "goat-dev db snapshots", effect: "lists those that are there" }
        : { command: `goat-dev db restore ${near}`, effect: "perhaps this was meant" },
    ],
  });
}
