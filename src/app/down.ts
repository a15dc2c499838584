import type { EngineInfo } from "../engine/engine.ts";
import type { ObservedStack } from "../model/observed.ts";
import { formatBytes, shortPath } from "../platform/format.ts";
import { openState, writeStackState } from "../project/state.ts";
import { ownVolumes } from "../stack/plan/containers.ts";
import { planDown } from "../stack/plan/take-down.ts";
import { takeDown } from "../stack/run/execute.ts";
import { observeStack } from "../stack/run/observe.ts";
import type { App } from "./app.ts";
import type { Snapshot } from "./database/place.ts";
import { lockStack } from "./lock-stack.ts";
import { needOwnStack, type OwnInput } from "./own-stack.ts";
import { type OpenStack, openProject, openStack, tellStack } from "./project.ts";

export interface DownInput extends OwnInput {
  /** Deletes the data too. */
  readonly volumes: boolean;
  /** With `volumes`: copies the database first. */
  readonly dump: boolean;
}

export interface DownReport {
  readonly ok: true;
  /** The stack's name. */
  readonly stack: string;
  readonly removed: {
    readonly containers: number;
    readonly networks: number;
    readonly volumes: readonly string[];
  };
  /** Volumes that stay. */
  readonly kept: readonly string[];
  /** Where the copy of the database lies, and how big it is. */
  readonly dump: string | null;
  /** Its name, for `db restore`. */
  readonly snapshot: string | null;
  readonly durationMs: number;
  readonly engine: Pick<EngineInfo, "kind">;
}

/** Stops and removes containers and networks; data only where that is asked for, after a yes and a copy. */
export async function down(input: DownInput, app: App): Promise<DownReport> {
  const begin = app.clock.now();
  const open = await openStack(app, await openProject(app));
  tellStack(open, app);
  await using _lock = await lockStack(open, "down", app);
  const before = await observeStack(open.stack, open);
  await needOwnStack(open, before, { ...input, command: input.volumes ? "down --volumes" : "down" }, app);
  const volumes = input.volumes ? ownVolumes(open.stack, before) : [];
  const snapshot = volumes.length === 0 ? null : await copyOf(volumes, input, open, before, app);
  const observed = snapshot === null ? before : await observeStack(open.stack, open);
  const plan = planDown(open.stack, observed, volumes);
  await takeDown(open.stack, plan, open);
  if (volumes.length > 0) await forgetEngine(open, app);
  const count = (type: string): number => plan.nodes.filter((node) => node.action.type === type).length;
  return {
    ok: true,
    stack: open.stack.name,
    removed: { containers: count("remove-container"), networks: count("remove-network"), volumes },
    kept: ownVolumes(open.stack, observed).filter((name) => !volumes.includes(name)),
    dump: snapshot === null ? null : `${shortPath(app, snapshot.file)} (${formatBytes(snapshot.bytes)})`,
    snapshot: snapshot?.name ?? null,
    durationMs: Math.round(app.clock.now() - begin),
    engine: { kind: open.info.kind },
  };
}

async function copyOf(
  volumes: readonly string[],
  { dump, yes }: DownInput,
  open: OpenStack,
  observed: ObservedStack,
  app: App,
): Promise<Snapshot | null> {
  const { readyToDelete } = await import("./delete-data.ts");
  const request = { command: "down --volumes", withoutCopy: "--no-dump", copy: dump, yes } as const;
  return readyToDelete(volumes, request, open, observed, app);
}

/** A stack is bound to an engine by its data: once that is deleted, the next `up` may choose any. */
async function forgetEngine({ environment }: OpenStack, { emit }: App): Promise<void> {
  const state = openState(environment.project.stateDir);
  const warning = await writeStackState(state, { engine: null, demo: false });
  if (warning !== null) emit({ type: "notice", level: "warning", text: warning });
}
