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
  /** As typed after goat-dev, with the option that goes without a copy. */
  readonly command: "down --volumes" | "db reset";
  readonly withoutCopy: "--no-dump" | "--no-snapshot";
  readonly copy: boolean;
  /** Nobody is asked. */
  readonly yes: boolean;
}

/** Once somebody has said yes to deleting these volumes: the copy of the database. Throws confirmation-needed. */
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

/** Where the database's data lies, of what there is and belongs to the stack. */
export function databaseVolumes({ stack }: Pick<OpenStack, "stack">, observed: ObservedStack): readonly string[] {
  const named = databaseVolumeNames(stack);
  return ownVolumes(stack, observed).filter((name) => named.includes(name));
}

/** As the Compose file says it. */
export function databaseVolumeNames(stack: StackSpec): readonly string[] {
  const mounts = databaseService(stack)?.run.docker?.mounts ?? [];
  const keys = mounts.flatMap((mount) => (mount.kind === "volume" ? [mount.volume] : []));
  return stack.volumes.filter(({ key }) => keys.includes(key)).map(({ name }) => name);
}

/** An engine may have to walk through all of its data to tell. */
const SIZES_LIMIT_MS = 10_000;

/** Named with their sizes. */
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

/** Its database, running; a volume whose container is gone gets one again, for as long as the copy takes. Null where there is none. */
export async function runningDatabase(open: OpenStack): Promise<OpenDatabase | null> {
  const found = await openDatabase(open.stack, open);
  if (found !== null) return found;
  const name = databaseService(open.stack)?.name ?? "";
  const prepared = await prepare(open.stack, { names: [name], restart: false }, open);
  await carryOut(prepared, null, open).catch((error: unknown) => {
    // Saving goes through the container itself, where nobody has to log in.
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
