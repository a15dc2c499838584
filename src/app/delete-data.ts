import { join } from "node:path";
import { describe } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import type { ObservedStack } from "../model/observed.ts";
import { decoration } from "../platform/deadline.ts";
import { formatBytes, shortPath } from "../platform/format.ts";
import { ensureStateFolder } from "../project/state.ts";
import { ownVolumes } from "../stack/plan/containers.ts";
import { databaseService, dumpDatabase, dumpSuffix, type OpenDatabase, openDatabase } from "../stack/run/database.ts";
import { carryOut } from "../stack/run/execute.ts";
import { prepare } from "../stack/run/prepare.ts";
import type { App } from "./app.ts";
import type { OpenStack } from "./project.ts";

/** The volumes to delete, once somebody has said yes, and where the copy of the database lies. Throws confirmation-needed. */
export async function readyToDelete(
  { dump, yes }: { readonly dump: boolean; readonly yes: boolean },
  open: OpenStack,
  observed: ObservedStack,
  app: App,
): Promise<{ readonly volumes: readonly string[]; readonly dump: string | null }> {
  const volumes = ownVolumes(open.stack, observed);
  if (volumes.length === 0) return { volumes, dump: null };
  if (!yes) await confirm(volumes, open, app);
  return { volumes, dump: dump ? await saveData(open, volumes, observed, app) : null };
}

/** An engine may have to walk through all of its data to tell. */
const SIZES_LIMIT_MS = 10_000;

/** Named with their sizes. */
async function confirm(volumes: readonly string[], { engine }: OpenStack, { ask, signal }: App): Promise<void> {
  const sizes = await decoration(signal, SIZES_LIMIT_MS, (limited) => engine.volumeSizes(volumes, limited));
  const described = volumes.map((name) => {
    const bytes = sizes?.[name] ?? null;
    return bytes === null ? name : `${name} (${formatBytes(bytes)})`;
  });
  if (ask === null) {
    throw new GoatError("confirmation-needed", `this deletes ${described.join(", ")}, and nobody is here to ask`, {
      fixes: [{ command: "goat-dev down --volumes --yes", effect: "deletes without asking" }],
    });
  }
  if (await ask.confirm(`Delete ${described.join(", ")} for good?`, false)) return;
  throw new GoatError("interrupted", "nothing was deleted or stopped", {
    fixes: [{ command: "goat-dev down", effect: "stops everything and keeps the data" }],
  });
}

/** Copies the database to `.goat-dev/dumps` before its volume goes; null where it is not among the volumes. */
async function saveData(
  open: OpenStack,
  volumes: readonly string[],
  observed: ObservedStack,
  app: App,
): Promise<string | null> {
  const mounts = databaseService(open.stack)?.run.docker?.mounts ?? [];
  const keys = mounts.flatMap((mount) => (mount.kind === "volume" ? [mount.volume] : []));
  if (!observed.volumes.some(({ key, name }) => keys.includes(key) && volumes.includes(name))) return null;
  const { stateDir } = open.environment.project;
  const stamp = app.clock.date().toISOString().slice(0, 19).replaceAll(":", "-");
  const file = join(stateDir, "dumps", `${open.stack.name}-${stamp}${dumpSuffix(open)}`);
  try {
    await ensureStateFolder(stateDir);
    const database = (await openDatabase(open.stack, open)) ?? (await startDatabase(open));
    if (database === null) return null;
    const size = await dumpDatabase(database, file, open);
    return `${shortPath(app, file)} (${formatBytes(size)})`;
  } catch (error) {
    throw unsaved(describe(error));
  }
}

/** A volume whose container is gone gets one again, for as long as the copy takes. */
async function startDatabase(open: OpenStack): Promise<OpenDatabase | null> {
  const name = databaseService(open.stack)?.name ?? "";
  const prepared = await prepare(open.stack, { names: [name], restart: false }, open);
  await carryOut(prepared, null, open).catch((error: unknown) => {
    // Saving goes through the container itself, where nobody has to log in.
    if (!["database-password-drift", "database-user-drift"].includes(describe(error).code)) throw error;
  });
  return openDatabase(open.stack, open);
}

function unsaved(error: GoatError): GoatError {
  if (error.code === "interrupted") return error;
  return new GoatError(error.code, `nothing was deleted, since no copy could be made: ${error.message}`, {
    ...(error.service === undefined ? {} : { service: error.service }),
    evidence: error.evidence,
    fixes: [{ command: "goat-dev down --volumes --no-dump", effect: "deletes the data without a copy" }],
    cause: error,
  });
}
