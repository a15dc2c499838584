import type { ObservedStack } from "../model/observed.ts";
import type { DockerRecipe, StackSpec } from "../model/stack.ts";
import type { Decision } from "./decide.ts";
import { networkFingerprint } from "./fingerprint.ts";
import type { PlanBuilder } from "./plan-builder.ts";

/** Networks, volumes and images that containers need first: "image:…", "network:…", "volume:…" -> step id. */
export const planGrounds = (
  builder: PlanBuilder,
  stack: StackSpec,
  observed: ObservedStack,
  decisions: readonly Decision[],
): ReadonlyMap<string, number> => {
  const making = decisions.filter((decision) => decision.kind === "create" || decision.kind === "recreate");
  const recipes = making.map((decision) => decision.service.run.docker).filter((recipe) => recipe !== undefined);
  return new Map([
    ...planImages(builder, observed, recipes),
    ...planNetworks(builder, stack, observed, recipes),
    ...planVolumes(builder, stack, observed, recipes),
  ]);
};

const planImages = (builder: PlanBuilder, observed: ObservedStack, recipes: readonly DockerRecipe[]) => {
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
};

const planNetworks = (
  builder: PlanBuilder,
  stack: StackSpec,
  observed: ObservedStack,
  recipes: readonly DockerRecipe[],
) => {
  const ids = new Map<string, number>();
  for (const network of stack.networks) {
    const used = recipes.some((recipe) => recipe.networks.some((attachment) => attachment.network === network.key));
    const there = observed.networks.some((found) => found.name === network.name);
    if (!used || there || network.external) continue;
    const action = { type: "create-network", stack, network, fingerprint: networkFingerprint(network) } as const;
    ids.set(`network:${network.key}`, builder.add("network", action, "absent", []));
  }
  return ids;
};

const planVolumes = (
  builder: PlanBuilder,
  stack: StackSpec,
  observed: ObservedStack,
  recipes: readonly DockerRecipe[],
) => {
  const ids = new Map<string, number>();
  for (const volume of stack.volumes) {
    const used = recipes.some((recipe) => recipe.mounts.some((m) => m.kind === "volume" && m.volume === volume.key));
    const there = observed.volumes.some((found) => found.name === volume.name);
    if (!used || there || volume.external) continue;
    ids.set(`volume:${volume.key}`, builder.add("volume", { type: "create-volume", stack, volume }, "absent", []));
  }
  return ids;
};
