import { describe } from "../errors/describe.ts";
import { GoatError, retold } from "../errors/goat-error.ts";
import type { ObservedStack } from "../model/observed.ts";
import type { StackSpec } from "../model/stack.ts";
import { decoration } from "../platform/deadline.ts";
import { formatBytes } from "../platform/format.ts";
import { ownVolumes } from "../stack/plan/containers.ts";
import { databaseService, type OpenDatabase, openDatabase } from "../stack/run/database.ts";
import { carryOut } from "../stack/run/execute.ts";
import { prepare } from "../stack/run/prepare.ts";
import type { App } from "./app.ts";
import type { Snapshot } from "./database/place.ts";
import { stamp, takeSnapshot } from "./database/snapshot.ts";
import type { OpenStack } from "./project.ts";

interface DeleteRequest {
  /** As typed after goat-dev; `withoutCopy` is its option that deletes without making a copy first. */
  readonly command: "down --volumes" | "db reset";
  readonly withoutCopy: "--no-dump" | "--no-snapshot";
  readonly copy: boolean;
  /** Nobody is asked. */
  readonly yes: boolean;
}

/**
 * Asks whether these volumes may be deleted, and copies the database first where they hold it. Returns the copy; null
 * where none was made. Throws confirmation-needed, and interrupted where the answer is no.
 */
export async function readyToDelete(
  volumes: readonly string[],
  request: DeleteRequest,
  open: OpenStack,
  observed: ObservedStack,
  app: App,
): Promise<Snapshot | null> {
  if (volumes.length === 0) return null;
  if (!request.yes) await confirm(volumes, request, open, app);
  if (!request.copy || !databaseVolumes(open, observed).some((name) => volumes.includes(name))) return null;
  try {
    const database = await runningDatabase(open);
    return database === null ? null : await takeSnapshot(open, database, `${open.stack.name}-${stamp(app)}`, app);
  } catch (error) {
    throw unsaved(describe(error), request);
  }
}

/** The stack's own volumes that exist and hold the database's data. */
export function databaseVolumes({ stack }: Pick<OpenStack, "stack">, observed: ObservedStack): readonly string[] {
  const named = databaseVolumeNames(stack);
  return ownVolumes(stack, observed).filter((name) => named.includes(name));
}

/** The volumes that the Compose file mounts into the database, whether they exist or not. */
export function databaseVolumeNames(stack: StackSpec): readonly string[] {
  const mounts = databaseService(stack)?.run.docker?.mounts ?? [];
  const keys = mounts.flatMap((mount) => (mount.kind === "volume" ? [mount.volume] : []));
  return stack.volumes.filter(({ key }) => keys.includes(key)).map(({ name }) => name);
}

/** An engine may have to read through all of its data to tell a volume's size. */
const SIZES_LIMIT_MS = 10_000;

/** Asks before the volumes are deleted, and names each with its size where the engine can tell it. */
async function confirm(
  volumes: readonly string[],
  { command }: DeleteRequest,
  { engine }: OpenStack,
  { ask, signal }: App,
): Promise<void> {
  const sizes = await decoration(signal, SIZES_LIMIT_MS, (limited) => engine.volumeSizes(volumes, limited));
  const described = volumes.map((name) => {
    const bytes = sizes?.[name] ?? null;
    return bytes === null ? name : `${name} (${formatBytes(bytes)})`;
  });
  if (ask === null) {
    throw new GoatError("confirmation-needed", `this deletes ${described.join(", ")}, and nobody is here to ask`, {
      fixes: [{ command: `goat-dev ${command} --yes`, effect: "deletes without asking" }],
    });
  }
  if (await ask.confirm(`Delete ${described.join(", ")} for good?`, false)) return;
  throw new GoatError("interrupted", "nothing was deleted or stopped", {
    fixes: [{ command: "goat-dev down", effect: "stops everything and keeps the data" }],
  });
}

/**
 * The stack's database, running, with a new container where only its volume is left. Null where there is no database.
 */
export async function runningDatabase(open: OpenStack): Promise<OpenDatabase | null> {
  const found = await openDatabase(open.stack, open);
  if (found !== null) return found;
  const name = databaseService(open.stack)?.name ?? "";
  const prepared = await prepare(open.stack, { names: [name], restart: false }, open);
  await carryOut(prepared, null, open).catch((error: unknown) => {
    // The copy is made from inside the container, where no log-in is needed.
    if (!["database-password-drift", "database-user-drift"].includes(describe(error).code)) throw error;
  });
  return openDatabase(open.stack, open);
}

function unsaved(error: GoatError, { command, withoutCopy }: DeleteRequest): GoatError {
  if (error.code === "interrupted") return error;
  return retold(error, {
    message: `nothing was deleted, since no copy could be made: ${error.message}`,
    fixes: [{ command: `goat-dev ${command} ${withoutCopy}`, effect: "deletes the data without a copy" }],
  });
}
