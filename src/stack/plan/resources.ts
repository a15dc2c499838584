import type { ObservedStack } from "../../model/observed.ts";
import type { ContainerSpec, NetworkSpec, StackSpec, VolumeSpec } from "../../model/stack.ts";
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
  const containers = making
    .map((decision) => decision.service.run.docker)
    .filter((container) => container !== undefined);
  return new Map([
    ...planImages(builder, observed, containers),
    ...planNetworks(builder, stack, observed, containers),
    ...planVolumes(builder, stack, observed, containers),
  ]);
}

function planImages(builder: PlanBuilder, observed: ObservedStack, containers: readonly ContainerSpec[]) {
  const ids = new Map<string, number>();
  for (const container of containers) {
    const present = (observed.images[container.image] ?? null) !== null;
    const pull = container.pullPolicy === "always" || (container.pullPolicy === "missing" && !present);
    if (!pull || ids.has(`image:${container.image}`)) continue;
    const platform = container.platform === undefined ? {} : { platform: container.platform };
    const action = { type: "pull-image", image: container.image, ...platform } as const;
    ids.set(`image:${container.image}`, builder.add("images", action, present ? "pull_policy: always" : "absent", []));
  }
  return ids;
}

function planNetworks(
  builder: PlanBuilder,
  stack: StackSpec,
  observed: ObservedStack,
  containers: readonly ContainerSpec[],
) {
  const used = new Set(containers.flatMap((container) => container.networks.map((attachment) => attachment.network)));
  return missing(stack.networks, used, observed.networks).map((network) => {
    const action = { type: "create-network", stack, network, fingerprint: networkFingerprint(network) } as const;
    return [`network:${network.key}`, builder.add("network", action, "absent", [])] as const;
  });
}

function planVolumes(
  builder: PlanBuilder,
  stack: StackSpec,
  observed: ObservedStack,
  containers: readonly ContainerSpec[],
) {
  const used = new Set(
    containers.flatMap(({ mounts }) => mounts.flatMap((m) => (m.kind === "volume" ? [m.volume] : []))),
  );
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
