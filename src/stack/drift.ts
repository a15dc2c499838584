import { madeByCompose, type ObservedService, type ObservedStack } from "../model/observed.ts";
import type { ServiceSpec, StackSpec } from "../model/stack.ts";
import { changedFields, fingerprintOf } from "./fingerprint.ts";

/** What differs between a service as it runs and as the file wants it, each named; empty means as configured. */
export const driftOf = (
  stack: StackSpec,
  service: ServiceSpec,
  found: ObservedService,
  observed: ObservedStack,
): string[] => {
  if (found.fingerprint === null) return [madeByCompose];
  const files = changedFiles(service, found);
  const fields = changedFields(fingerprintOf(service), found.fingerprint);
  return [...fields, ...imageDrift(service, found, observed), ...missingNetworks(stack, service, found), ...files];
};

const changedFiles = (service: ServiceSpec, found: ObservedService): string[] =>
  service.files.filter((file) => found.files[file.path] !== file.hash).map((file) => file.path);

/** The same reference names another image now: somebody pulled or built it. */
const imageDrift = (service: ServiceSpec, found: ObservedService, observed: ObservedStack): string[] => {
  const image = service.run.docker?.image;
  if (image === undefined || image !== found.image) return [];
  const id = observed.images[image];
  return id !== undefined && id !== null && id !== found.imageId ? [`build of ${image}`] : [];
};

const missingNetworks = (stack: StackSpec, service: ServiceSpec, found: ObservedService): string[] => {
  const wanted = (service.run.docker?.networks ?? []).map(
    (attachment) => stack.networks.find((network) => network.key === attachment.network)?.name,
  );
  return wanted.filter((name) => name !== undefined && !found.networks.includes(name)).map((name) => `network ${name}`);
};
