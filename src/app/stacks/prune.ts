import { GoatError } from "../../errors/goat-error.ts";
import { formatBytes } from "../../platform/format.ts";
import { list, plural } from "../../platform/text.ts";
import { forgetStack } from "../../project/registry.ts";
import { userStateFolder } from "../../project/state.ts";
import { planDown } from "../../stack/plan/take-down.ts";
import { takeDown } from "../../stack/run/execute.ts";
import type { App } from "../app.ts";
import { engineKey, lockNamed } from "../lock-stack.ts";
import { type FoundStack, findStacks, sizeOf, unknownStack } from "./find.ts";

export interface PruneInput {
  /** Delete the data too. */
  readonly volumes: boolean;
  /** Nobody is asked. */
  readonly yes: boolean;
}

export interface PruneReport {
  readonly ok: true;
  /** Stacks that were taken down. */
  readonly removed: readonly PrunedStack[];
  /** The stacks that were kept, because the answer was no. */
  readonly left: readonly string[];
}

interface PrunedStack {
  readonly name: string;
  readonly folder: string | null;
  readonly containers: number;
  readonly networks: number;
  /** Those that were deleted. */
  readonly volumes: readonly string[];
}

/**
 * Takes down the stacks whose folder is gone, each after a yes, and deletes their data where `volumes` is set.
 * Throws confirmation-needed.
 */
export async function prune(input: PruneInput, app: App): Promise<PruneReport> {
  const { stacks, remarks } = await findStacks(app);
  for (const text of remarks) app.emit({ type: "notice", level: "warning", text });
  const gone = stacks.filter((found) => found.gone && isLeft(found, input));
  const [removed, left]: [PrunedStack[], string[]] = [[], []];
  for (const found of gone) {
    if (input.yes || (await isWanted(found, input, app))) removed.push(await remove(found, input, app));
    else left.push(found.observed.name);
  }
  return { ok: true, removed, left };
}

/** Whether there is anything to remove: without --volumes, a stack of which only data is left is passed over. */
function isLeft({ observed }: FoundStack, { volumes }: PruneInput): boolean {
  return observed.services.length + observed.networks.length > 0 || (volumes && observed.volumes.length > 0);
}

async function isWanted(found: FoundStack, input: PruneInput, app: App): Promise<boolean> {
  const { services, networks, volumes, name } = found.observed;
  const bytes = await sizeOf(found, app);
  const size = bytes === null ? "" : ` (${formatBytes(bytes)})`;
  const parts = list([plural(services.length, "container"), plural(networks.length, "network")]);
  const data = volumes.length === 0 ? "" : `; its data${size} ${input.volumes ? "is deleted for good" : "stays"}`;
  const what = `${name}, whose folder ${found.folder} is gone (${parts}${data})`;
  if (app.ask !== null) return app.ask.confirm(`Remove ${what}?`, false);
  throw new GoatError("confirmation-needed", `this removes ${what}, and nobody is here to ask`, {
    fixes: [
      { command: `goat-dev prune${input.volumes ? " --volumes" : ""} --yes`, effect: "removes without asking" },
      { command: "goat-dev ls", effect: "shows every stack of this machine" },
    ],
  });
}

async function remove(found: FoundStack, input: PruneInput, app: App): Promise<PrunedStack> {
  const { engine, info, observed, folder, known } = found;
  const { name } = observed;
  const userState = userStateFolder(app);
  await using _lock = await lockNamed(
    name,
    { engine: engineKey(info), timeoutMs: null, folders: [userState, userState] },
    "prune",
    app,
  );
  const volumes = input.volumes ? observed.volumes.map((volume) => volume.name) : [];
  const plan = planDown(unknownStack(name), observed, volumes);
  const { clock, signal, emit } = app;
  await takeDown(unknownStack(name), plan, { engine, clock, signal, emit });
  if (known !== null && volumes.length === observed.volumes.length) await forgetStack(userState, known);
  return { name, folder, containers: observed.services.length, networks: observed.networks.length, volumes };
}
