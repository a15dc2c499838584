import { randomBytes } from "node:crypto";
import { fieldsOf } from "../model/fields.ts";
import type { State } from "../project/state.ts";

/** What is known of the cloud from earlier runs; without it everything is asked again. */
export interface CloudCache {
  /** In hex. */
  readonly salt: string;
  readonly environments: Readonly<Record<string, CachedEnvironment>>;
}

interface CachedEnvironment {
  /** App -> its address. */
  readonly urls: Readonly<Record<string, string>>;
  /** Secret -> a salted hash of what was written last. */
  readonly secrets: Readonly<Record<string, string>>;
}

export const cacheName = "modal.json";

const nothing: CachedEnvironment = { urls: {}, secrets: {} };

export function readCache(state: State): CloudCache {
  const kept = state.readJson(cacheName);
  const salt = fieldsOf(kept)["salt"];
  const environments = Object.entries(fieldsOf(fieldsOf(kept)["environments"])).map(([name, value]) => {
    const { urls, secrets } = fieldsOf(value);
    return [name, { urls: textsOf(urls), secrets: textsOf(secrets) }] as const;
  });
  return {
    salt: typeof salt === "string" && /^[0-9a-f]{32}$/.test(salt) ? salt : randomBytes(16).toString("hex"),
    environments: Object.fromEntries(environments),
  };
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fieldsOf(value)).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

export function cached(cache: CloudCache, environment: string): CachedEnvironment {
  return cache.environments[environment] ?? nothing;
}

/** Merges a change into the cache; an undefined URL is removed. Returns a warning where it cannot be written. */
export async function updateCache(
  state: State,
  environment: string,
  change: {
    readonly urls?: Readonly<Record<string, string | undefined>>;
    readonly secrets?: Readonly<Record<string, string>>;
    /** What the hashes of these secrets were made with. */
    readonly salt?: string;
  },
): Promise<string | null> {
  // Read again: one run writes several times.
  const cache = readCache(state);
  const before = cached(cache, environment);
  const after = { urls: { ...before.urls, ...change.urls }, secrets: { ...before.secrets, ...change.secrets } };
  const environments = { ...cache.environments, [environment]: after };
  const kept = await state.writeJson(cacheName, { salt: change.salt ?? cache.salt, environments });
  return kept.ok ? null : kept.warning;
}
