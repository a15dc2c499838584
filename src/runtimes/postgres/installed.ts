import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { readTextIfThere } from "../../platform/text-file.ts";
import { programIn } from "./package.ts";

/** Written last: a folder without it is not whole. Holds the integrity of what was unpacked. */
export function markerIn(home: string): string {
  return join(home, "goat-dev-installed");
}

/** The integrity of what is installed whole; null where nothing is. */
export async function installedIn(home: string): Promise<string | null> {
  const marker = readTextIfThere(markerIn(home))?.trim();
  if (marker === undefined || marker === "") return null;
  try {
    await Promise.all([
      access(programIn(home, "initdb"), constants.X_OK),
      access(programIn(home, "postgres"), constants.X_OK),
    ]);
    return marker;
  } catch {
    return null;
  }
}
