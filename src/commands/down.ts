import { GoatError } from "../errors/goat-error.ts";
import type { ObservedStack } from "../model/observed.ts";
import type { StackSpec } from "../model/stack.ts";
import { formatBytes, formatDuration } from "../platform/format.ts";
import { plural } from "../platform/text.ts";
import { observeStack } from "../stack/bring-up.ts";
import { planDown, takeDown } from "../stack/take-down.ts";
import type { World } from "../stack/world.ts";
import type { Command, Context, Input } from "./command.ts";
import { lockStack, openSession, openWorld } from "./session.ts";

export const downCommand: Command = {
  name: "down",
  summary: "stop and remove containers and networks; data stays, unless --volumes",
  options: [
    { flags: "--volumes", description: "delete the data too: says what and how big, and asks" },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  examples: [
    ["goat-dev down", "everything stops, no data is lost"],
    ["goat-dev down --volumes --yes", "for scripts: the data goes too"],
  ],
  run: async (input, context) => {
    const begin = context.clock.now();
    const session = await openSession(context, input);
    const world = await openWorld(context, session);
    const release = await lockStack(context, world.info, session.stack, "down");
    try {
      const observed = await observeStack(session.stack, world);
      const volumes = input.flag("volumes") ? await confirmVolumes(input, session.stack, observed, world, context) : [];
      const plan = planDown(session.stack, observed, volumes);
      await takeDown(session.stack, plan, world);
      const count = (type: string): number => plan.nodes.filter((node) => node.action.type === type).length;
      const removed = { containers: count("remove-container"), networks: count("remove-network"), volumes };
      const durationMs = context.clock.now() - begin;
      const kept = ownVolumes(session.stack, observed).filter((name) => !volumes.includes(name));
      context.emit({
        type: "result",
        data: { ok: true, stack: session.stack.name, removed, kept, durationMs: Math.round(durationMs) },
        text: summary(removed, kept, durationMs),
      });
    } finally {
      await release();
    }
    return undefined;
  },
};

const ownVolumes = (stack: StackSpec, observed: ObservedStack): readonly string[] => {
  const external = stack.volumes.filter((volume) => volume.external).map((volume) => volume.name);
  return observed.volumes.map((volume) => volume.name).filter((name) => !external.includes(name));
};

/** The volumes to delete, once somebody has said yes to them by name and size. Throws confirmation-needed. */
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

const summary = (
  removed: { readonly containers: number; readonly networks: number; readonly volumes: readonly string[] },
  kept: readonly string[],
  durationMs: number,
): string => {
  if (removed.containers + removed.networks + removed.volumes.length === 0) {
    return `Nothing was running${kept.length > 0 ? `; data stays in ${kept.join(", ")}` : ""}.`;
  }
  const parts = [plural(removed.containers, "container"), plural(removed.networks, "network")];
  if (removed.volumes.length > 0)
    parts.push(`${plural(removed.volumes.length, "volume")} (${removed.volumes.join(", ")})`);
  const data = kept.length > 0 ? `; data stays in ${kept.join(", ")}` : "";
  return `Removed ${parts.join(", ")} in ${formatDuration(durationMs)}${data}.`;
};
