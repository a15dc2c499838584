import type OpenAI from "openai";
import { type ModelPrice, pricesByName, readModelInfo } from "../litellm/model-info.ts";
import { explain } from "./errors.ts";

export interface Pricing {
  /** By the name that programs ask for. */
  readonly models: ReadonlyMap<string, ModelPrice>;
  /** How old the list is; 0 where it was just fetched. */
  readonly ageMs: number;
}

export interface PricingOptions {
  /** An older list is fetched anew; five minutes where left out. */
  readonly maxAgeMs?: number;
  readonly signal?: AbortSignal;
  /** The clock, in milliseconds. */
  now?(): number;
}

interface Kept {
  readonly models: Pricing["models"];
  readonly fetchedAt: number;
}

const kept = new WeakMap<OpenAI, Kept>();

/**
 * What each model costs, from the gateway's /model/info, kept with the client it was fetched by. Where the gateway does not answer, an
 * older list is better than none: its age says so. Throws GatewayError where there is none yet.
 */
export async function fetchPricing(
  { openai }: { readonly openai: OpenAI },
  options: PricingOptions = {},
): Promise<Pricing> {
  const { maxAgeMs = 300_000, signal, now = Date.now } = options;
  const before = kept.get(openai);
  if (before !== undefined && now() - before.fetchedAt <= maxAgeMs) return withAge(before, now());
  try {
    const body: unknown = await openai.get("/model/info", signal === undefined ? {} : { signal });
    const fresh = { models: pricesByName(readModelInfo(body) ?? []), fetchedAt: now() };
    kept.set(openai, fresh);
    return withAge(fresh, now());
  } catch (error) {
    signal?.throwIfAborted();
    if (before !== undefined) return withAge(before, now());
    throw explain(error);
  }
}

function withAge({ models, fetchedAt }: Kept, now: number): Pricing {
  return {
    models,
    ageMs: Math.max(0, now - fetchedAt),
  };
}
