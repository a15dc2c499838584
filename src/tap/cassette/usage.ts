import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fieldsOf, isRecord, numberOf } from "../../model/fields.ts";
import type { Cassette, RecordedCall } from "./format.ts";
import { meaningOf } from "./meaning.ts";

/** How many answers of each request a run used, by the request's key. */
export type Used = ReadonlyMap<string, number>;

/**
 * Notes in the user's state folder which answers of a file the last run used. Does nothing if the folder cannot be
 * written, since that is no reason to fail.
 */
export function noteUsed(folder: string, path: string, used: Used): void {
  try {
    mkdirSync(join(folder, "cassettes"), { recursive: true, mode: 0o700 });
    writeFileSync(notePath(folder, path), JSON.stringify({ used: Object.fromEntries(used) }));
  } catch {
    // `goat-dev cassette prune` then says that it knows of no run.
  }
}

/** What the last run with a file used; null where no run is known. */
export function readUsed(folder: string, path: string): Used | null {
  try {
    const { used } = fieldsOf(JSON.parse(readFileSync(notePath(folder, path), "utf8")));
    return isRecord(used) ? new Map(Object.entries(used).map(([key, count]) => [key, numberOf(count) ?? 0])) : null;
  } catch {
    return null;
  }
}

function notePath(folder: string, path: string): string {
  const hash = createHash("sha256").update(realpathSync(path)).digest("hex").slice(0, 24);
  return join(folder, "cassettes", `${hash}.json`);
}

/** The calls of a file, divided into those that were used and the rest. */
export function splitByUse(
  { head, calls }: Pick<Cassette, "head" | "calls">,
  used: Used,
): { readonly kept: readonly RecordedCall[]; readonly unused: readonly RecordedCall[] } {
  const seen = new Map<string, number>();
  const isUsed = (call: RecordedCall): boolean => {
    const { key } = meaningOf(call.request, head.ignore);
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return count <= (used.get(key) ?? 0);
  };
  const marked = calls.map((call) => ({ call, used: isUsed(call) }));
  return {
    kept: marked.filter((each) => each.used).map(({ call }) => call),
    unused: marked.filter((each) => !each.used).map(({ call }) => call),
  };
}
