import {
  type ChatAnswer,
  costOf,
  createClient,
  fetchPricing,
  type GatewayClient,
  type GatewayConfig,
  GatewayError,
  type GatewayErrorKind,
} from "../../client/client.ts";
import { type Fix, GoatError } from "../../errors/goat-error.ts";
import { adviceFor } from "../../gateway/refusals.ts";
import type { Route } from "../../gateway/routes.ts";
import { deadline } from "../../platform/deadline.ts";
import { formatDuration } from "../../platform/format.ts";

/**
 * A client that tries once, and gives up after `limitMs` of silence. It follows no redirect: a question is for the
 * gateway alone.
 */
export function openClient(config: GatewayConfig, limitMs: number): GatewayClient {
  return createClient(config, {
    maxRetries: 0,
    timeoutMs: limitMs,
    fetch: (input, init) => fetch(input, { ...init, redirect: "manual" }),
  });
}

const priceLimitMs = 5_000;

/** What an answer cost in US dollars: as the gateway says, else by its price list; null where neither tells. */
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
    // An answer without its price is better than an error.
    if (error instanceof GatewayError || limit.isOver()) return null;
    throw error;
  }
}

/** Whom a call went to. */
interface CallTarget {
  readonly baseUrl: string;
  /** The service's name in the Compose file; null where the address was given by hand. */
  readonly service: string | null;
  readonly model: string;
  /** The model's route in the config; undefined where it is not known. */
  readonly route: Route | undefined;
  /** The time allowed for the answer's first byte, and for any pause after it. */
  readonly limitMs: number;
  /** The command line that asks again, without --model. */
  readonly command: string;
}

const providersFault: readonly GatewayErrorKind[] = [
  "provider-refused",
  "provider-down",
  "rate-limited",
  "too-long",
  "unsupported-parameter",
];

/**
 * Turns a GatewayError into a GoatError with the code gateway-refused or provider-refused; any other error comes back
 * as it is.
 */
export function explainCall(error: unknown, target: CallTarget): unknown {
  if (!(error instanceof GatewayError)) return error;
  const { kind, message, status, callId } = error;
  const code = providersFault.includes(kind) ? "provider-refused" : "gateway-refused";
  const asked = ["timeout", "unexpected-answer"].includes(kind) ? "POST /chat/completions: " : "";
  const said = `${asked}${status === null || asked !== "" ? "" : `${status} `}${message}`;
  const call = callId === null ? [] : [`call ${callId}`];
  const advice = adviceOn(error, target);
  return new GoatError(code, advice?.what ?? whatHappened(error, target), {
    ...(target.service === null ? {} : { service: target.service }),
    evidence: [said, ...call],
    fixes: [...(advice === null ? [] : [advice.fix]), ...fixesFor(error, target).slice(advice === null ? 0 : 1)],
    cause: error,
  });
}

/** What the model's route adds to a provider's refusal: which key or name was refused; null for other failures. */
function adviceOn({ kind, status, message }: GatewayError, { route }: CallTarget) {
  const isOfRoute = kind === "provider-refused" && [401, 403, 404].includes(status ?? 0);
  return isOfRoute && route !== undefined ? adviceFor(status, message, route, "the call") : null;
}

function whatHappened({ kind, nearest, message }: GatewayError, { baseUrl, model, limitMs }: CallTarget): string {
  const meant = nearest === null ? "" : `; did you mean ${nearest}?`;
  const texts: Readonly<Record<GatewayErrorKind, string>> = {
    "no-key": `there is no key for ${baseUrl}`,
    "bad-key": `the key for ${baseUrl} is refused`,
    "unknown-model": `the gateway has no model ${model}${meant}`,
    "budget-exceeded": "the gateway's budget is spent",
    "rate-limited": `${model} is rate-limited: it takes no more calls for now`,
    "unsupported-parameter": `${model} does not take a parameter of this call`,
    "too-long": `the conversation does not fit into the context window of ${model}`,
    "provider-refused": `${model}'s provider refuses the call`,
    "provider-down": message.startsWith("No deployments available")
      ? `${model} is paused for some seconds: its provider refused before`
      : `${model}'s provider does not answer`,
    "gateway-down": `nothing answers at ${baseUrl}`,
    timeout: `${model} did not answer within ${formatDuration(limitMs)}`,
    "bad-request": "the gateway refuses the request",
    "gateway-failed": "the gateway could not answer",
    "unexpected-answer": `what answers at ${baseUrl} is not LiteLLM`,
  };
  return texts[kind];
}

function fixesFor({ kind, nearest, hint }: GatewayError, { service, command }: CallTarget): readonly Fix[] {
  if (kind === "unknown-model" && nearest !== null) {
    return [{ command: `${command} --model ${nearest}`, effect: `asks ${nearest}` }];
  }
  if (service === null) return [{ command, effect: hint }];
  if (kind === "timeout") {
    return [
      { command: `${command} --timeout 5m`, effect: "waits longer" },
      { command: "goat-dev status", effect: "shows whether the gateway is well" },
    ];
  }
  if (kind === "unexpected-answer") return [{ command: "goat-dev status", effect: "shows what runs on which port" }];
  if (kind === "gateway-down") return [{ command: "goat-dev up", effect: "brings it up" }];
  if (kind === "bad-key" || kind === "no-key") {
    return [{ command: `goat-dev restart ${service}`, effect: "starts it with the key of .env" }];
  }
  if (kind === "unknown-model") return [{ command: "goat-dev up", effect: "takes a changed LiteLLM config into use" }];
  return [
    { command, effect: hint },
    { command: `goat-dev logs ${service}`, effect: "shows the whole answer" },
  ];
}
