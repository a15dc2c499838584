import type { ObservedService, ObservedStack } from "../../model/observed.ts";
import type { ServiceSpec, StackSpec } from "../../model/stack.ts";
import { fingerprintOf } from "./drift.ts";

/** Service -> the hash that Docker Compose gives its configuration. */
export type ComposeHashes = Readonly<Record<string, string>>;

/** True for a container made by `docker compose up`: `adopt` decides whether it is as configured. */
export function isMadeByCompose(found: ObservedService): boolean {
  return found.fingerprint === null && found.configHash !== undefined && !found.oneOff;
}

/**
 * Treats a container that `docker compose up` made from the current Compose file as goat-dev's own. Compose does not
 * record the content of mounted files, so a file that was changed after the container started counts as drift. Pure.
 */
export function adopt(stack: StackSpec, observed: ObservedStack, hashes: ComposeHashes): ObservedStack {
  const services = observed.services.map((found) => {
    const service = stack.services.find(({ name }) => name === found.name);
    if (service === undefined || !isMadeByCompose(found) || hashes[found.name] !== found.configHash) return found;
    return { ...found, fingerprint: fingerprintOf(service), files: filesAtStart(service, found) };
  });
  return { ...observed, services };
}

function filesAtStart({ files }: ServiceSpec, { startedAt }: ObservedService): Readonly<Record<string, string>> {
  const started = startedAt === null ? Number.POSITIVE_INFINITY : Date.parse(startedAt);
  const same = files.filter(({ modifiedMs }) => modifiedMs === undefined || modifiedMs <= started);
  return Object.fromEntries(same.map(({ path, hash }) => [path, hash]));
}
