import type OpenAI from "openai";
import { type ModelPrice, pricesByName, readModelInfo } from "../litellm/model-info.ts";
import { explain } from "./errors.ts";

export interface Pricing {
  /** Prices by the model name that programs ask for. */
  readonly models: ReadonlyMap<string, ModelPrice>;
  /** How old the list is; 0 where it was just fetched. */
  readonly ageMs: number;
}

export interface PricingOptions {
  /** A list older than this, in milliseconds, is fetched again; five minutes where left out. */
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
 * Each model's price, from the gateway's /model/info, cached per client. Where fetching it again fails, the older list
 * is returned, with its age. Throws GatewayError where there is no list yet, or the signal's reason.
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
