import { join } from "node:path";
import { describe } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import type { ObservedStack } from "../model/observed.ts";
import type { StackSpec } from "../model/stack.ts";
import { formatBytes } from "../platform/format.ts";
import { ensureStateFolder } from "../project/state.ts";
import { carryOut, prepare } from "../stack/bring-up.ts";
import { databaseService, type OpenDatabase, openDatabase } from "../stack/database.ts";
import { dumpDatabase, dumpSuffix } from "../stack/dump.ts";
import { ownVolumes } from "../stack/observe.ts";
import type { World } from "../stack/world.ts";
import type { Context, Input } from "./command.ts";
import { type Session, shortPath } from "./session.ts";

/** The volumes to delete, once somebody has said yes, and where the copy of the database lies. Throws confirmation-needed. */
export const readyToDelete = async (
  input: Input,
  session: Session,
  observed: ObservedStack,
  world: World,
  context: Context,
): Promise<{ readonly volumes: readonly string[]; readonly dump: string | null }> => {
  const volumes = await confirmVolumes(input, session.stack, observed, world, context);
  const isSaved = volumes.length > 0 && !input.flag("noDump");
  return { volumes, dump: isSaved ? await saveData(session, volumes, observed, world, context) : null };
};

/** Named with their sizes. */
const confirmVolumes = async (
  input: Input,
  stack: StackSpec,
  observed: ObservedStack,
  world: World,
  context: Context,
): Promise<readonly string[]> => {
  const volumes = ownVolumes(stack, observed);
  if (volumes.length === 0 || input.flag("yes")) return volumes;
  const sizes = await world.engine.volumeSizes(volumes, world.signal);
  const described = volumes.map((name) => {
    const bytes = sizes[name] ?? null;
    return bytes === null ? name : `${name} (${formatBytes(bytes)})`;
  });
  if (context.ask === null) {
    throw new GoatError("confirmation-needed", `this deletes ${described.join(", ")}, and nobody is here to ask`, {
      fixes: [{ command: "goat-dev down --volumes --yes", effect: "deletes without asking" }],
    });
  }
  const yes = await context.ask.confirm(`Delete ${described.join(", ")} for good?`, false);
  if (yes) return volumes;
  throw new GoatError("interrupted", "nothing was deleted or stopped", {
    fixes: [{ command: "goat-dev down", effect: "stops everything and keeps the data" }],
  });
};

/** Copies the database to `.goat-dev/dumps` before its volume goes; null where it is not among the volumes. */
const saveData = async (
  { stack, environment }: Session,
  volumes: readonly string[],
  observed: ObservedStack,
  world: World,
  context: Context,
): Promise<string | null> => {
  const keys = (databaseService(stack)?.run.docker?.mounts ?? []).flatMap((m) =>
    m.kind === "volume" ? [m.volume] : [],
  );
  if (!observed.volumes.some(({ key, name }) => keys.includes(key) && volumes.includes(name))) return null;
  const { stateDir } = environment.project;
  const stamp = context.clock.date().toISOString().slice(0, 19).replaceAll(":", "-");
  const file = join(stateDir, "dumps", `${stack.name}-${stamp}${dumpSuffix(world)}`);
  try {
    await ensureStateFolder(stateDir);
    const database = (await openDatabase(stack, world)) ?? (await startDatabase(stack, world));
    if (database === null) return null;
    const size = await dumpDatabase(database, file, world);
    return `${shortPath(context, file)} (${formatBytes(size)})`;
  } catch (error) {
    throw unsaved(describe(error));
  }
};

/** A volume whose container is gone gets one again, for as long as the copy takes. */
const startDatabase = async (stack: StackSpec, world: World): Promise<OpenDatabase | null> => {
  const name = databaseService(stack)?.name ?? "";
  const prepared = await prepare(stack, { names: [name], restart: false }, world);
  await carryOut(prepared, null, world).catch((error: unknown) => {
    // Saving goes through the container itself, where no password is asked.
    if (describe(error).code !== "database-password-drift") throw error;
  });
  return openDatabase(stack, world);
};

const unsaved = (error: GoatError): GoatError =>
  error.code === "interrupted"
    ? error
    : new GoatError(error.code, `nothing was deleted, since no copy could be made: ${error.message}`, {
        ...(error.service === undefined ? {} : { service: error.service }),
        evidence: error.evidence,
        fixes: [{ command: "goat-dev down --volumes --no-dump", effect: "deletes the data without a copy" }],
        cause: error,
      });
