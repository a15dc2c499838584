import { formatDuration } from "../platform/format.ts";
import { list, plural } from "../platform/text.ts";
import { writeStackState } from "../project/stack-state.ts";
import { openState } from "../project/state.ts";
import { observeStack, ownVolumes } from "../stack/observe.ts";
import { planDown, takeDown } from "../stack/take-down.ts";
import type { Context, Run } from "./command.ts";
import { lockStack } from "./lock-stack.ts";
import { needOwnStack, ownRequest } from "./own-stack.ts";
import { openSession, openWorld, type Session } from "./session.ts";

export const down: Run = async (input, context) => {
  const begin = context.clock.now();
  const read = await openSession(context, input);
  const { world, session } = await openWorld(context, read);
  const release = await lockStack(context, world.info, session, "down");
  try {
    const before = await observeStack(session.stack, world);
    const command = input.flag("volumes") ? "down --volumes" : "down";
    await needOwnStack(session, before, ownRequest(command, input), world, context);
    const { volumes, dump } = input.flag("volumes")
      ? await (await import("./delete-data.ts")).readyToDelete(input, session, before, world, context)
      : { volumes: [], dump: null };
    const observed = dump === null ? before : await observeStack(session.stack, world);
    const plan = planDown(session.stack, observed, volumes);
    await takeDown(session.stack, plan, world);
    if (volumes.length > 0) await forgetStack(session, context);
    const count = (type: string): number => plan.nodes.filter((node) => node.action.type === type).length;
    const removed = { containers: count("remove-container"), networks: count("remove-network"), volumes };
    const durationMs = context.clock.now() - begin;
    const kept = ownVolumes(session.stack, observed).filter((name) => !volumes.includes(name));
    context.emit({
      type: "result",
      data: { ok: true, stack: session.stack.name, removed, kept, dump, durationMs: Math.round(durationMs) },
      text: summary({ removed, kept, dump, durationMs, isLocal: world.info.kind === "embedded" }),
    });
  } finally {
    await release();
  }
  return undefined;
};

/** With its data the stack is bound to no engine any more. */
const forgetStack = async ({ environment }: Session, context: Context): Promise<void> => {
  const state = openState(environment.project.stateDir);
  const warning = await writeStackState(state, { engine: null, demo: false });
  if (warning !== null) context.emit({ type: "notice", level: "warning", text: warning });
};

interface Removal {
  readonly removed: { readonly containers: number; readonly networks: number; readonly volumes: readonly string[] };
  readonly kept: readonly string[];
  readonly dump: string | null;
  readonly durationMs: number;
  /** Plain processes, of which nobody knows as containers. */
  readonly isLocal: boolean;
}

const summary = ({ removed, kept, dump, durationMs, isLocal }: Removal): string => {
  const { containers, networks, volumes } = removed;
  if (containers + networks + volumes.length === 0) {
    return `Nothing was running${kept.length > 0 ? `; data stays in ${kept.join(", ")}` : ""}.`;
  }
  const deleted = volumes.length > 0 ? [`${plural(volumes.length, "volume")} (${volumes.join(", ")})`] : [];
  const done = isLocal
    ? [`stopped ${plural(containers, "service")}`, ...deleted.map((text) => `deleted ${text}`)]
    : [`removed ${list([plural(containers, "container"), plural(networks, "network"), ...deleted])}`];
  const text = list(done);
  const data = kept.length > 0 ? `; data stays in ${kept.join(", ")}` : "";
  const copy = dump === null ? "" : `\nA copy of the database is in ${dump}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} in ${formatDuration(durationMs)}${data}.${copy}`;
};
