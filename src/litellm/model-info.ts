import { fieldsOf, numberOf, textOf } from "../model/fields.ts";

/** US dollars per token; null where the gateway does not know. */
export interface ModelPrice {
  readonly input: number | null;
  readonly output: number | null;
  /** For prompt tokens that the provider had in its cache. */
  readonly cachedInput: number | null;
}

/** What the gateway knows of one route. */
export interface ModelInfo {
  readonly name: string;
  readonly price: ModelPrice;
  /** The most tokens that a request may hold; null where LiteLLM does not know. */
  readonly contextTokens: number | null;
  /** The most tokens that it answers with; null where LiteLLM does not know. */
  readonly mostAnswer: number | null;
}

/** The routes in an answer of /model/info, in order; null where it is none. */
export function readModelInfo(body: unknown): readonly ModelInfo[] | null {
  const { data } = fieldsOf(body);
  if (!Array.isArray(data)) return null;
  return data.flatMap((entry: unknown) => {
    const name = textOf(fieldsOf(entry)["model_name"]);
    const info = fieldsOf(fieldsOf(entry)["model_info"]);
    const contextTokens = numberOf(info["max_input_tokens"]) ?? numberOf(info["max_tokens"]);
    const mostAnswer = numberOf(info["max_output_tokens"]);
    return name === null ? [] : [{ name, price: readPrice(info), contextTokens, mostAnswer }];
  });
}

/** The names in an answer of /models; null where it is none. */
export function readModelNames(body: unknown): readonly string[] | null {
  const { data } = fieldsOf(body);
  return Array.isArray(data) ? data.flatMap((entry: unknown) => textOf(fieldsOf(entry)["id"]) ?? []) : null;
}

/** Prices by model name. Of several routes with one name any may answer; the first that has a price counts. */
export function pricesByName(infos: readonly ModelInfo[]): ReadonlyMap<string, ModelPrice> {
  const prices = new Map<string, ModelPrice>();
  for (const { name, price } of infos) if ((prices.get(name)?.input ?? null) === null) prices.set(name, price);
  return prices;
}

/** What a call used, as the openai package has it; of an embedding there are no completion tokens. */
export interface TokenUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens?: number;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number };
}

/** US dollars for a call, or null where a price that it needs is unknown. */
export function costOf(usage: TokenUsage, price: ModelPrice | undefined): number | null {
  const answered = usage.completion_tokens ?? 0;
  if (price === undefined || price.input === null) return null;
  if (answered > 0 && price.output === null) return null;
  const cached = Math.min(usage.prompt_tokens_details?.cached_tokens ?? 0, usage.prompt_tokens);
  const asked = (usage.prompt_tokens - cached) * price.input + cached * (price.cachedInput ?? price.input);
  return asked + answered * (price.output ?? 0);
}

/** The cost in LiteLLM's header or in a stream's usage; null for 0, which LiteLLM sends where it has no price. */
export function costIn(value: unknown): number | null {
  const cost = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return numberOf(cost) || null;
}

const unknown: ModelPrice = { input: null, output: null, cachedInput: null };

function readPrice(info: Readonly<Record<string, unknown>>): ModelPrice {
  const price = {
    input: numberOf(info["input_cost_per_token"]),
    output: numberOf(info["output_cost_per_token"]),
    cachedInput: numberOf(info["cache_read_input_token_cost"]),
  };
  // LiteLLM says 0 for both where it has no price.
  return (price.input ?? 0) === 0 && (price.output ?? 0) === 0 ? unknown : price;
}
