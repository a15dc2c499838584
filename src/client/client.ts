import OpenAI from "openai";
import { unsendable } from "../litellm/key.ts";
import { readModelNames } from "../litellm/model-info.ts";
import { nearest } from "../model/nearest.ts";
import { type ChatAnswer, gather, noAnswer, readCompletion, readHead } from "./answer.ts";
import { explain, GatewayError } from "./errors.ts";
import { endingSilence } from "./silence.ts";

export { costOf, type ModelPrice, type TokenUsage } from "../litellm/model-info.ts";
export type { ChatAnswer, ToolCall } from "./answer.ts";
export { explain, GatewayError, type GatewayErrorKind } from "./errors.ts";
export { fetchPricing, type Pricing, type PricingOptions } from "./pricing.ts";

export interface ClientOptions {
  /** The longest silence in one try, in ms: up to the first byte, and between two. Ten minutes where left out. */
  readonly timeoutMs?: number;
  /** Tries after the first; two where left out. */
  readonly maxRetries?: number;
  /** Instead of the global one. */
  readonly fetch?: typeof fetch;
}

/** A request as the openai package takes it, and what only one provider knows. */
export type ChatRequest = Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, "stream" | "stream_options"> & {
  /** Goes into the body as it is, such as Anthropic's `thinking`. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
};

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a stream says: pieces of text as they come, at last the whole answer with its usage. */
export type ChatEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "answer"; readonly answer: ChatAnswer };

export interface GatewayClient {
  /** The openai client, set up: for embeddings, images and all else. `explain` turns its errors into GatewayErrors. */
  readonly openai: OpenAI;
  /** One question, one answer. Throws GatewayError, or the signal's reason. */
  chat(request: ChatRequest, options?: CallOptions): Promise<ChatAnswer>;
  /** The same as `chat`, but streamed. Leaving the loop ends the call. Throws as `chat` does. */
  stream(request: ChatRequest, options?: CallOptions): AsyncIterable<ChatEvent>;
  /** The names that the gateway serves. Throws GatewayError, or the signal's reason. */
  models(options?: CallOptions): Promise<readonly string[]>;
}

/** Variables by name, such as `process.env`. */
export type ClientEnvironment = Readonly<Record<string, string | undefined>>;

/** The gateway's address and key; can be passed to `new OpenAI(config)` unchanged. */
export interface GatewayConfig {
  readonly baseURL: string;
  /** Null where no variable holds one: then nothing is sent, not even another key from the environment. */
  readonly apiKey: string | null;
}

/** Request fields that are set where the caller leaves them out. */
export interface RequestDefaults {
  readonly temperature?: number;
  readonly tool_choice?: "auto";
}

const usualTimeoutMs = 600_000;

/** A client of the gateway: `createClient(gatewayConfig(process.env))`. Throws GatewayError no-key, bad-key. */
export function createClient(config: GatewayConfig, options: ClientOptions = {}): GatewayClient {
  const { baseURL, apiKey } = config;
  if (apiKey === null) throw new GatewayError("no-key", `no key for ${baseURL}`);
  const mistake = unsendable(apiKey);
  if (mistake !== null) throw new GatewayError("bad-key", `the key holds ${mistake}, which no HTTP header can carry`);
  const { timeoutMs = usualTimeoutMs, maxRetries, fetch = globalThis.fetch } = options;
  const openai = new OpenAI({
    baseURL,
    apiKey,
    // Otherwise openai would read both from the environment and send them to the gateway.
    organization: null,
    project: null,
    timeout: timeoutMs,
    ...(maxRetries === undefined ? {} : { maxRetries }),
    fetch: endingSilence(fetch, timeoutMs),
  });
  return {
    openai,
    chat: (request, call = {}) => translated(openai, request.model, call, () => ask(openai, request, call)),
    stream: (request, call = {}) => stream(openai, request, call),
    models: (call = {}) => translated(openai, null, call, () => listModels(openai, call)),
  };
}

async function translated<T>(
  openai: OpenAI,
  model: string | null,
  call: CallOptions,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw await translate(error, openai, model, call);
  }
}

async function translate(error: unknown, openai: OpenAI, model: string | null, call: CallOptions): Promise<unknown> {
  if (call.signal?.aborted === true) return call.signal.reason;
  const told = explain(error, model);
  if (!(told instanceof GatewayError) || told.kind !== "unknown-model" || model === null) return told;
  const names = await listModels(openai, call).catch(() => []);
  return new GatewayError(told.kind, told.message, {
    ...told,
    cause: told.cause,
    nearest: nearest(model, names) ?? null,
  });
}

async function listModels(openai: OpenAI, call: CallOptions): Promise<readonly string[]> {
  const { data, response } = await openai.get("/models", requestOptions(call)).withResponse();
  const names = readModelNames(data);
  if (names === null) throw noAnswer(null, response, data);
  return names;
}

function requestOptions({ signal, headers }: CallOptions) {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(headers === undefined ? {} : { headers }),
  };
}

async function ask(openai: OpenAI, request: ChatRequest, call: CallOptions): Promise<ChatAnswer> {
  const body = { ...bodyOf(request), stream: false as const };
  const { data, response } = await openai.chat.completions.create(body, requestOptions(call)).withResponse();
  return readCompletion(request.model, data, response);
}

function bodyOf({ extraBody, ...request }: ChatRequest) {
  return {
    ...requestDefaults(request.model, (request.tools?.length ?? 0) > 0),
    ...request,
    ...extraBody,
  };
}

async function* stream(openai: OpenAI, request: ChatRequest, call: CallOptions): AsyncGenerator<ChatEvent> {
  const { model } = request;
  const body = { ...bodyOf(request), stream: true as const, stream_options: { include_usage: true } };
  try {
    const { data, response } = await openai.chat.completions.create(body, requestOptions(call)).withResponse();
    const gathering = gather(model, readHead(response.headers));
    for await (const chunk of data) {
      const text = gathering.add(chunk);
      if (text !== "") yield { type: "text", text };
    }
    // The openai package ends an aborted stream as if it were whole.
    call.signal?.throwIfAborted();
    if (!gathering.hasBegun()) throw noAnswer(model, response);
    yield { type: "answer", answer: gathering.answer() };
  } catch (error) {
    throw await translate(error, openai, model, call);
  }
}

const keyVariables = ["EXECUTOR_LITELLM_KEY", "LITELLM_MASTER_KEY", "LITELLM_API_KEY"] as const;

const defaultBaseUrl = "http://127.0.0.1:4000/v1";

/**
 * Reads the gateway's address and key from variables. The address is LITELLM_BASE_URL, else OPENAI_BASE_URL, else
 * http://127.0.0.1:4000/v1. The key is EXECUTOR_LITELLM_KEY, else LITELLM_MASTER_KEY, else LITELLM_API_KEY.
 * OPENAI_API_KEY comes last, and only where the address is OPENAI_BASE_URL: otherwise it is OpenAI's own key, which
 * LiteLLM must not get. A blank value counts as not set.
 */
export function gatewayConfig(env: ClientEnvironment): GatewayConfig {
  const read = (name: string): string | null => env[name]?.trim() || null;
  const own = read("LITELLM_BASE_URL");
  const shared = read("OPENAI_BASE_URL");
  const key = keyVariables.map(read).find((value) => value !== null) ?? null;
  const sharedKey = own === null && shared !== null ? read("OPENAI_API_KEY") : null;
  return { baseURL: (own ?? shared ?? defaultBaseUrl).replace(/\/+$/, ""), apiKey: key ?? sharedKey };
}

/** True for a model that the gateway runs on a server of your own: its name ends in `-local`. */
export function isLocalModel(model: string): boolean {
  return model.endsWith("-local");
}

/**
 * What vLLM has to be told: by itself it samples at temperature 1.0 and picks no tools. Every server refuses
 * tool_choice without tools.
 */
export function requestDefaults(model: string, hasTools: boolean): RequestDefaults {
  if (!isLocalModel(model)) return {};
  return hasTools ? { temperature: 0.3, tool_choice: "auto" } : { temperature: 0.3 };
}
