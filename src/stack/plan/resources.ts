import type { ObservedStack } from "../../model/observed.ts";
import type { ContainerSpec, NetworkSpec, StackSpec, VolumeSpec } from "../../model/stack.ts";
import type { Decision } from "./decide.ts";
import { networkFingerprint } from "./drift.ts";
import { planImages } from "./images.ts";
import type { ChangedNetwork } from "./networks.ts";
import type { PlanBuilder } from "./steps.ts";

/** Networks that are made anew, and the steps by which everything on them has stopped. */
export interface Renewed {
  readonly networks: readonly ChangedNetwork[];
  readonly after: readonly number[];
}

/** Networks, volumes and images that containers need first: "image:…", "network:…", "volume:…" -> step id. */
export function planResources(
  builder: PlanBuilder,
  stack: StackSpec,
  observed: ObservedStack,
  decisions: readonly Decision[],
  renewed: Renewed,
): ReadonlyMap<string, number> {
  const making = decisions
    .filter((decision) => decision.kind === "create" || decision.kind === "recreate")
    .map((decision) => decision.service);
  const containers = making.flatMap(({ run }) => run.docker ?? []);
  return new Map([
    ...planImages(builder, stack, observed, making),
    ...planNetworks(builder, stack, observed, containers, renewed),
    ...planVolumes(builder, stack, observed, containers),
  ]);
}

function planNetworks(
  builder: PlanBuilder,
  stack: StackSpec,
  observed: ObservedStack,
  containers: readonly ContainerSpec[],
  { networks, after }: Renewed,
) {
  const used = new Set(containers.flatMap((container) => container.networks.map((attachment) => attachment.network)));
  const create = (network: NetworkSpec, cause: string, needs: readonly number[]) => {
    const action = { type: "create-network", stack, network, fingerprint: networkFingerprint(network) } as const;
    return [`network:${network.key}`, builder.add("network", action, cause, needs)] as const;
  };
  const renewed = networks.map(({ network, attached }) => {
    const disconnect = attached.map(({ container }) => container);
    const action = { type: "remove-network", network: network.name, disconnect } as const;
    return create(network, definitionChanged, [builder.add("network", action, definitionChanged, after)]);
  });
  return [
    ...renewed,
    ...missing(stack.networks, used, observed.networks).map((network) => create(network, "absent", [])),
  ];
}

/** Why a network is made anew. */
export const definitionChanged = "its definition changed";

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
