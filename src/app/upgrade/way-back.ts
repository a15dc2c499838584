import { rm } from "node:fs/promises";
import { join } from "node:path";
import { GoatError } from "../../errors/goat-error.ts";
import { fieldsOf } from "../../model/fields.ts";
import { openState } from "../../project/state.ts";

/** What it takes to go back to what was there before an upgrade. */
export interface WayBack {
  /** ISO time. */
  readonly made: string;
  readonly stack: string;
  /** What ran; empty where nothing did. */
  readonly running: readonly string[];
  /** The values that .env had, or that it would have needed for the same images and volume. */
  readonly variables: Readonly<Record<string, string>>;
  /** Those of the variables that .env did not set, each with the comment in its place; null where there was none. */
  readonly added: Readonly<Record<string, string | null>>;
  /** Of the data as it was; null where there was none. */
  readonly snapshot: string | null;
  /** The volume that still holds the old data; null where the newer services use that volume themselves. */
  readonly volume: string | null;
}

const file = "upgrade.json";

/** Throws file-unwritable, so that .env is not changed without a way back. */
export async function keepWayBack(stateDir: string, way: WayBack): Promise<void> {
  const kept = await openState(stateDir).writeJson(file, way);
  if (!kept.ok) throw new GoatError("file-unwritable", `the upgrade ended before .env was changed: ${kept.warning}`);
}

/** Reads what `keepWayBack` wrote. Throws usage where this project has noted no upgrade of this stack. */
export function needWayBack(stateDir: string, stack: string): WayBack {
  const { made, running, variables, added, snapshot, volume, ...found } = fieldsOf(openState(stateDir).readJson(file));
  const texts = Object.entries(fieldsOf(variables)).filter((entry): entry is [string, string] => isText(entry[1]));
  if (isText(made) && found["stack"] === stack && texts.length > 0) {
    return {
      made,
      stack,
      running: Array.isArray(running) ? running.filter(isText) : [],
      variables: Object.fromEntries(texts),
      added: Object.fromEntries(
        Object.entries(fieldsOf(added)).map(([name, comment]) => [name, isText(comment) ? comment : null]),
      ),
      snapshot: isText(snapshot) ? snapshot : null,
      volume: isText(volume) ? volume : null,
    };
  }
  throw new GoatError("usage", `there is no upgrade of ${stack} to go back from`, {
    fixes: [{ command: "goat-dev db snapshots", effect: "shows the copies of the database that are there" }],
  });
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

export async function forgetWayBack(stateDir: string): Promise<void> {
  await rm(join(stateDir, file), { force: true });
}
