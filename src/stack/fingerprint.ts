import { createHash } from "node:crypto";
import type { NetworkSpec, ServiceSpec } from "../model/stack.ts";

/** Field -> short hash of its value, so that drift has a name and no value leaves this function. */
export const fingerprintOf = (service: ServiceSpec): Record<string, string> => {
  const { mounts, networks, labels, ...recipe } = service.run.docker ?? { mounts: [], networks: [], labels: {} };
  const fields: Record<string, unknown> = {
    ...recipe,
    volumes: mounts,
    networks,
    labels,
    ports: service.ports,
    stop_signal: service.stopSignal,
    stop_grace_period: service.stopGraceMs,
    recipe: service.run.embedded?.recipe,
  };
  const named = Object.entries(fields).map(([field, value]) => [composeKey(field), value] as const);
  const variables = Object.entries(service.environment).map(([name, value]) => [`environment.${name}`, value] as const);
  return Object.fromEntries([...named, ...variables].filter(([, v]) => !isEmpty(v)).map(([k, v]) => [k, shortHash(v)]));
};

export const networkFingerprint = (network: NetworkSpec): string => shortHash({ ...network, key: undefined });

/** The names of fields that differ, in words: "image", "environment LITELLM_MASTER_KEY". */
export const changedFields = (
  wanted: Readonly<Record<string, string>>,
  found: Readonly<Record<string, string>>,
): string[] => {
  const names = new Set([...Object.keys(wanted), ...Object.keys(found)]);
  return [...names]
    .filter((name) => wanted[name] !== found[name])
    .map((name) => name.replace(/^environment\./, "environment "));
};

const composeKey = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0);

const shortHash = (value: unknown): string => createHash("sha256").update(canonical(value)).digest("hex").slice(0, 12);

/** JSON with sorted keys: the same meaning gives the same text. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  ) ?? "";
