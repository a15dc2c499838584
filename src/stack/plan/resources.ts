import type { ObservedStack } from "../../model/observed.ts";
import type { DockerRecipe, NetworkSpec, StackSpec, VolumeSpec } from "../../model/stack.ts";
import type { Decision } from "./decide.ts";
import { networkFingerprint } from "./drift.ts";
import type { PlanBuilder } from "./steps.ts";

/** Networks, volumes and images that containers need first: "image:…", "network:…", "volume:…" -> step id. */
export function planResources(
  builder: PlanBuilder,
  stack: StackSpec,
  observed: ObservedStack,
  decisions: readonly Decision[],
): ReadonlyMap<string, number> {
  const making = decisions.filter((decision) => decision.kind === "create" || decision.kind === "recreate");
  const recipes = making.map((decision) => decision.service.run.docker).filter((recipe) => recipe !== undefined);
  return new Map([
    ...planImages(builder, observed, recipes),
    ...planNetworks(builder, stack, observed, recipes),
    ...planVolumes(builder, stack, observed, recipes),
  ]);
}

function planImages(builder: PlanBuilder, observed: ObservedStack, recipes: readonly DockerRecipe[]) {
  const ids = new Map<string, number>();
  for (const recipe of recipes) {
    const present = (observed.images[recipe.image] ?? null) !== null;
    const pull = recipe.pullPolicy === "always" || (recipe.pullPolicy === "missing" && !present);
    if (!pull || ids.has(`image:${recipe.image}`)) continue;
    const platform = recipe.platform === undefined ? {} : { platform: recipe.platform };
    const action = { type: "pull-image", image: recipe.image, ...platform } as const;
    ids.set(`image:${recipe.image}`, builder.add("images", action, present ? "pull_policy: always" : "absent", []));
  }
  return ids;
}

function planNetworks(
  builder: PlanBuilder,
  stack: StackSpec,
  observed: ObservedStack,
  recipes: readonly DockerRecipe[],
) {
  const used = new Set(recipes.flatMap((recipe) => recipe.networks.map((attachment) => attachment.network)));
  return missing(stack.networks, used, observed.networks).map((network) => {
    const action = { type: "create-network", stack, network, fingerprint: networkFingerprint(network) } as const;
    return [`network:${network.key}`, builder.add("network", action, "absent", [])] as const;
  });
}

function planVolumes(
  builder: PlanBuilder,
  stack: StackSpec,
  observed: ObservedStack,
  recipes: readonly DockerRecipe[],
) {
  const used = new Set(recipes.flatMap(({ mounts }) => mounts.flatMap((m) => (m.kind === "volume" ? [m.volume] : []))));
  return missing(stack.volumes, used, observed.volumes).map((volume) => {
    const action = { type: "create-volume", stack, volume } as const;
    return [`volume:${volume.key}`, builder.add("volume", action, "absent", [])] as const;
  });
}

/** Those that are needed and not there; external ones are made by somebody else. */
function missing<T extends NetworkSpec | VolumeSpec>(
  specs: readonly T[],
  used: ReadonlySet<string>,
  found: readonly { readonly name: string }[],
): readonly T[] {
  return specs.filter((spec) => used.has(spec.key) && !spec.external && !found.some(({ name }) => name === spec.name));
}
