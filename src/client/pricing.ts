import type OpenAI from "openai";
import { explain } from "./errors.ts";
import { fieldsOf, numberOf, textOf } from "./fields.ts";

/** US dollars per token; null where the gateway does not know. */
export interface ModelPrice {
  readonly input: number | null;
  readonly output: number | null;
  /** For prompt tokens that the provider had in its cache. */
  readonly cachedInput: number | null;
}

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
export const fetchPricing = async (
  { openai }: { readonly openai: OpenAI },
  options: PricingOptions = {},
): Promise<Pricing> => {
  const { maxAgeMs = 300_000, signal, now = Date.now } = options;
  const before = kept.get(openai);
  if (before !== undefined && now() - before.fetchedAt <= maxAgeMs) return withAge(before, now());
  try {
    const body: unknown = await openai.get("/model/info", signal === undefined ? {} : { signal });
    const fresh = { models: readPrices(body), fetchedAt: now() };
    kept.set(openai, fresh);
    return withAge(fresh, now());
  } catch (error) {
    signal?.throwIfAborted();
    if (before !== undefined) return withAge(before, now());
    throw explain(error);
  }
};

const withAge = ({ models, fetchedAt }: Kept, now: number): Pricing => ({
  models,
  ageMs: Math.max(0, now - fetchedAt),
});

const readPrices = (body: unknown): Pricing["models"] => {
  const { data } = fieldsOf(body);
  const models = new Map<string, ModelPrice>();
  for (const entry of Array.isArray(data) ? data : []) {
    const name = textOf(fieldsOf(entry)["model_name"]);
    // Of several routes with one name any may answer: the first that has a price.
    if (name !== null && (models.get(name)?.input ?? null) === null) models.set(name, readPrice(entry));
  }
  return models;
};

const unknown: ModelPrice = { input: null, output: null, cachedInput: null };

const readPrice = (entry: unknown): ModelPrice => {
  const info = fieldsOf(fieldsOf(entry)["model_info"]);
  const price = {
    input: numberOf(info["input_cost_per_token"]),
    output: numberOf(info["output_cost_per_token"]),
    cachedInput: numberOf(info["cache_read_input_token_cost"]),
  };
  // LiteLLM says 0 for both where it has no price.
  return (price.input ?? 0) === 0 && (price.output ?? 0) === 0 ? unknown : price;
};

/** What a call used, as the openai package has it; of an embedding there are no completion tokens. */
export interface TokenUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens?: number;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number };
}

/** US dollars for a call, or null where a price that it needs is unknown. */
export const costOf = (usage: TokenUsage, price: ModelPrice | undefined): number | null => {
  const answered = usage.completion_tokens ?? 0;
  if (price === undefined || price.input === null) return null;
  if (answered > 0 && price.output === null) return null;
  const cached = Math.min(usage.prompt_tokens_details?.cached_tokens ?? 0, usage.prompt_tokens);
  const asked = (usage.prompt_tokens - cached) * price.input + cached * (price.cachedInput ?? price.input);
  return asked + answered * (price.output ?? 0);
};
