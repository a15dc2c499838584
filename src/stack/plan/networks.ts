import type { ObservedService, ObservedStack } from "../../model/observed.ts";
import type { NetworkSpec, ServiceSpec, StackSpec, VolumeSpec } from "../../model/stack.ts";
import { containerOf } from "./containers.ts";
import { networkFingerprint } from "./drift.ts";

/** A network that was made from another definition than the file's. */
export interface ChangedNetwork {
  readonly network: NetworkSpec;
  /** The stack's containers that are attached to it. */
  readonly attached: readonly ObservedService[];
  /** Names of attached containers that are not to be touched, so it has to stay; empty where it can be recreated. */
  readonly heldBy: readonly string[];
}

/**
 * Networks whose definition has changed. One can be recreated, together with the containers on it, where all of these
 * belong to `services`.
 */
export function changedNetworks(
  stack: StackSpec,
  observed: ObservedStack,
  services: readonly ServiceSpec[],
): readonly ChangedNetwork[] {
  const inHand = new Set(services.map((service) => containerOf(stack, service, observed)));
  return stack.networks
    .filter((network) => hasChanged(network, observed))
    .map((network) => {
      const attached = observed.services.filter(({ networks }) => networks.includes(network.name));
      // A container that was created and never started does not keep a network: it is removed first, or holds nothing.
      const heldBy = attached.filter((found) => found.state !== "created" && !inHand.has(found));
      return { network, attached, heldBy: heldBy.map(({ container }) => container) };
    });
}

function hasChanged(network: NetworkSpec, { networks }: ObservedStack): boolean {
  const fingerprint = networks.find(({ name }) => name === network.name)?.fingerprint ?? null;
  return !network.external && fingerprint !== null && fingerprint !== networkFingerprint(network);
}

/** Volumes that were made with another driver or other options than the file's. */
export function changedVolumes({ volumes }: StackSpec, observed: ObservedStack): readonly VolumeSpec[] {
  return volumes.filter((volume) => {
    const made = observed.volumes.find(({ name }) => name === volume.name)?.made;
    if (volume.external || made === undefined) return false;
    const { driver = "local", driverOptions } = volume;
    const names = new Set([...Object.keys(driverOptions), ...Object.keys(made.options)]);
    return driver !== made.driver || [...names].some((name) => driverOptions[name] !== made.options[name]);
  });
}
