import { createHash } from "node:crypto";
import { madeByCompose, type ObservedService, type ObservedStack } from "../../model/observed.ts";
import type { NetworkSpec, ServiceSpec, StackSpec } from "../../model/stack.ts";
import { canonicalJson } from "../../platform/json.ts";

/** What differs between a service as it runs and as the file wants it, each named; empty means as configured. */
export function driftOf(
  stack: StackSpec,
  service: ServiceSpec,
  found: ObservedService,
  observed: ObservedStack,
  /** Names of networks that are about to be made anew. */
  renewed: readonly string[] = [],
): string[] {
  if (found.fingerprint === null) return [madeByCompose];
  const files = changedFiles(service, found);
  const fields = changedFields(fingerprintOf(service), found.fingerprint);
  return [
    ...fields,
    ...imageDrift(service, found, observed),
    ...networkDrift(stack, service, found, renewed),
    ...peerDrift(stack, service, found),
    ...files,
  ];
}

function changedFiles(service: ServiceSpec, found: ObservedService): string[] {
  const byLabel = service.files.filter((file) => found.files[file.path] !== file.hash);
  if (found.stale === undefined) return byLabel.map((file) => file.path);
  const served = service.reload?.files ?? [];
  return [...byLabel.filter((file) => !served.includes(file.target)).map((file) => file.path), ...found.stale];
}

/** True where a reload is enough for the running service to take over everything that differs. */
export function canReload(service: ServiceSpec, found: ObservedService, drift: readonly string[]): boolean {
  const { stale } = found;
  const { reload } = service;
  if (reload === undefined || stale === undefined) return false;
  return drift.every((name) => stale.includes(name) || reload.environment.includes(variableIn(name)));
}

/** Variables that a reload must give to the service, with their new values; null for one that is not set any more. */
export function changedVariables(
  { environment, reload }: ServiceSpec,
  drift: readonly string[],
): Readonly<Record<string, string | null>> {
  const names = drift.map(variableIn).filter((name) => reload?.environment.includes(name));
  return Object.fromEntries(names.map((name) => [name, environment[name] ?? null]));
}

function variableIn(drift: string): string {
  return /^environment (.*)$/s.exec(drift)?.[1] ?? "";
}

/** The same reference names another image now: somebody pulled or built it. */
function imageDrift(service: ServiceSpec, found: ObservedService, observed: ObservedStack): string[] {
  const image = service.run.docker?.image;
  if (image === undefined || image !== found.image) return [];
  const id = observed.images[image];
  return id !== undefined && id !== null && id !== found.imageId ? [`build of ${image}`] : [];
}

/** Networks that the container should be on and is not, and those it is on that are about to be recreated. */
function networkDrift(
  stack: StackSpec,
  service: ServiceSpec,
  found: ObservedService,
  renewed: readonly string[],
): string[] {
  const wanted = (service.run.docker?.networks ?? []).map(
    (attachment) => stack.networks.find((network) => network.key === attachment.network)?.name,
  );
  const missing = wanted.filter((name) => name !== undefined && !found.networks.includes(name));
  const names = new Set([...missing, ...found.networks.filter((name) => renewed.includes(name))]);
  return [...names].map((name) => `network ${name}`);
}

/** The services whose port has changed since this plain process was told, at its start, where they listen. */
function peerDrift(stack: StackSpec, service: ServiceSpec, { peers = {} }: ObservedService): string[] {
  const words = JSON.stringify([service.environment, service.run.docker?.command ?? []]);
  const asked = Object.entries(peers).filter(([peer]) => words.includes(peer));
  const hasMoved = ({ name, ports, run }: ServiceSpec): boolean => {
    const aliases = (run.docker?.networks ?? []).flatMap((network) => network.aliases);
    const names = [name, ...aliases, run.docker?.containerName, run.docker?.hostname];
    return asked.some(([peer, before]) =>
      ports.some(({ host, container, protocol }) => {
        const isIt = protocol !== "udp" && names.some((one) => peer === `${one}:${container}`);
        return isIt && host !== null && host !== before;
      }),
    );
  };
  return stack.services.filter((other) => other !== service && hasMoved(other)).map(({ name }) => `port of ${name}`);
}

/** Field -> short hash of its value, so that drift has a name and no value leaves this function. */
export function fingerprintOf(service: ServiceSpec): Record<string, string> {
  const { docker } = service.run;
  const none = { mounts: [], networks: [], labels: {}, unset: [], build: undefined, pullPolicy: undefined };
  // How an image is obtained makes no difference to a container.
  const { mounts, networks, labels, unset, build: _build, pullPolicy: _policy, ...rest } = docker ?? none;
  const fields: Record<string, unknown> = {
    ...rest,
    volumes: mounts,
    networks,
    labels,
    ports: service.ports,
    stop_signal: service.stopSignal,
    stop_grace_period: service.stopGraceMs,
    recipe: service.run.embedded?.recipe,
  };
  const named = Object.entries(fields).map(([field, value]) => [composeKey(field), value] as const);
  const values: readonly (readonly [string, unknown])[] = [
    ...(unset ?? []).map((name) => [name, { unset: true }] as const),
    ...Object.entries(service.environment),
  ];
  const variables = values.map(([name, value]) => [`environment.${name}`, value] as const);
  return Object.fromEntries([...named, ...variables].filter(([, v]) => !isEmpty(v)).map(([k, v]) => [k, shortHash(v)]));
}

export function networkFingerprint(network: NetworkSpec): string {
  return shortHash({ ...network, key: undefined });
}

/** The names of fields that differ, in words: "image", "environment LITELLM_MASTER_KEY". */
export function changedFields(
  wanted: Readonly<Record<string, string>>,
  found: Readonly<Record<string, string>>,
): string[] {
  const names = new Set([...Object.keys(wanted), ...Object.keys(found)]);
  return (
    [...names]
      // Only fingerprints written by earlier versions have this field.
      .filter((name) => name !== "pull_policy" && wanted[name] !== found[name])
      .map((name) => name.replace(/^environment\./, "environment "))
  );
}

function composeKey(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

function shortHash(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 12);
}
