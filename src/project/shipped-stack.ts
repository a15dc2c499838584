import { chmod, cp, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { kindOf, unwritable } from "../platform/files.ts";
import { readTextIfThere } from "../platform/text-file.ts";
import { hashTree } from "../platform/tree-hash.ts";

/** True for the name of something that tools leave beside shipped files. */
export function isByproduct(name: string): boolean {
  return ["node_modules", "__pycache__", ".DS_Store"].includes(name);
}

interface ShippedStack {
  /** The package's dev folder. */
  readonly from: string;
  /** `.goat-dev/stack` of the project. */
  readonly to: string;
  readonly version: string;
}

type CopyOutcome =
  | { readonly outcome: "current" | "copied" }
  /** The copy that was there had been edited: it was moved to `editsIn`. */
  | { readonly outcome: "refreshed"; readonly editsIn: string };

interface Marker {
  readonly version: string;
  readonly hash: string;
}

/**
 * Copies the package's stack into the project, again for each version: mounted files must outlive a package cache.
 * Throws file-unwritable.
 */
export async function copyShippedStack({ from, to, version }: ShippedStack): Promise<CopyOutcome> {
  const marker = markerOf(to);
  if (marker?.version === version && kindOf(join(to, "docker-compose.yml")) === "file") return { outcome: "current" };
  try {
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    const editsIn = await setAside(to, marker);
    const fresh = `${to}.new`;
    await rm(fresh, { recursive: true, force: true });
    await cp(from, fresh, { recursive: true, dereference: true, filter: (path) => !isByproduct(basename(path)) });
    await chmod(fresh, 0o755);
    await rename(fresh, to);
    await writeFile(`${to}.json`, JSON.stringify({ version, hash: await hashTree(to) } satisfies Marker));
    return editsIn === undefined ? { outcome: "copied" } : { outcome: "refreshed", editsIn };
  } catch (error) {
    throw unwritable(to, error);
  }
}

function markerOf(to: string): Marker | undefined {
  try {
    const value: unknown = JSON.parse(readTextIfThere(`${to}.json`) ?? "null");
    if (typeof value !== "object" || value === null || !("version" in value) || !("hash" in value)) return undefined;
    return { version: String(value.version), hash: String(value.hash) };
  } catch {
    return undefined;
  }
}

async function setAside(to: string, marker: Marker | undefined): Promise<string | undefined> {
  if (kindOf(to) === "missing") return undefined;
  if (marker !== undefined && (await hashTree(to)) === marker.hash) {
    await rm(to, { recursive: true });
    return undefined;
  }
  const kept = `${to}-${(marker?.version ?? "edited").replace(/[^\w.-]/g, "")}`;
  await rm(kept, { recursive: true, force: true });
  await rename(to, kept);
  return kept;
}
