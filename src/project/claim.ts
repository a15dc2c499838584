import { basename, dirname } from "node:path";
import { isRecord } from "../model/fields.ts";
import type { Origin } from "../model/observed.ts";
import { openState } from "./state.ts";

/** What belongs to a project although its labels name none, or another one: a volume's labels cannot be changed. */
export interface Claim {
  readonly origin: Origin;
  /** Ids of containers and volumes. */
  readonly parts: readonly string[];
}

/** Null where nothing readable was kept at this path. */
export function readClaim(path: string): Claim | null {
  const kept = openState(dirname(path)).readJson(basename(path));
  return isClaim(kept) ? kept : null;
}

function isClaim(value: unknown): value is Claim {
  return (
    isRecord(value) &&
    isOrigin(value["origin"]) &&
    Array.isArray(value["parts"]) &&
    value["parts"].every((part) => typeof part === "string")
  );
}

function isOrigin(value: unknown): value is Origin {
  return (
    isRecord(value) &&
    typeof value["folder"] === "string" &&
    (value["file"] === null || typeof value["file"] === "string")
  );
}

/** Returns a warning where it cannot be written, else null. */
export async function writeClaim(path: string, claim: Claim): Promise<string | null> {
  const before = readClaim(path);
  const isKept = before === null ? claim.parts.length === 0 : JSON.stringify(before) === JSON.stringify(claim);
  if (isKept) return null;
  const kept = await openState(dirname(path)).writeJson(basename(path), claim);
  return kept.ok ? null : kept.warning;
}
