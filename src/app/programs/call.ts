import {
  type ChatAnswer,
  costOf,
  createClient,
  fetchPricing,
  type GatewayClient,
  type GatewayConfig,
  GatewayError,
} from "../../client/client.ts";
import { deadline } from "../../platform/deadline.ts";

const priceLimitMs = 5_000;

/** One try, ended by silence; a redirection is an answer, since a question is for the gateway alone. */
export function openClient(config: GatewayConfig, limitMs: number): GatewayClient {
  return createClient(config, {
    maxRetries: 0,
    timeoutMs: limitMs,
    fetch: (input, init) => fetch(input, { ...init, redirect: "manual" }),
  });
}

/** US dollars for an answer: as the gateway says, else from its price list, where it has one; else null. */
export async function priceOf(
  { usage, costUsd, model }: ChatAnswer,
  gateway: GatewayClient,
  signal: AbortSignal,
): Promise<number | null> {
  if (costUsd !== null || usage === null) return costUsd;
  using limit = deadline(signal, priceLimitMs);
  try {
    const { models } = await fetchPricing(gateway, { signal: limit.signal });
    return costOf(usage, models.get(model));
  } catch (error) {
    // An answer is worth more than its price.
    if (error instanceof GatewayError || limit.isOver()) return null;
    throw error;
  }
}
