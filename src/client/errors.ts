import OpenAI from "openai";
import { fieldsOf, textOf } from "./fields.ts";

/** What went wrong, by what there is to do about it. */
export type GatewayErrorKind =
  /** No variable holds a key. */
  | "no-key"
  /** The gateway does not take the key. */
  | "bad-key"
  /** The gateway has no model of this name, or none for this key. */
  | "unknown-model"
  /** max_budget of the gateway or of the key is spent. */
  | "budget-exceeded"
  /** Too many calls for now: the gateway's limit or the provider's. */
  | "rate-limited"
  /** The provider takes part of the request for unknown; drop_params would leave it out. */
  | "unsupported-parameter"
  /** The conversation is longer than the model's context. */
  | "too-long"
  /** The provider answers, and refuses: its key, its model's name, the request. */
  | "provider-refused"
  /** The provider does not answer, or not properly. */
  | "provider-down"
  /** Nothing answers at the gateway's address. */
  | "gateway-down"
  | "timeout"
  /** The gateway refuses the request itself. */
  | "bad-request"
  /** The gateway failed by itself. */
  | "gateway-failed";

interface Details {
  readonly status?: number | null;
  readonly callId?: string | null;
  readonly model?: string | null;
  readonly nearest?: string | null;
  readonly cause?: unknown;
}

/** A call through the gateway that failed. `message` is the gateway's or the provider's own; `hint` says what to do. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly kind: GatewayErrorKind;
  /** HTTP status; null where there was no answer, or it failed in the middle of one. */
  readonly status: number | null;
  /** LiteLLM's id of the call, to be found in its log and in Langfuse; null where it gave none. */
  readonly callId: string | null;
  /** The model that was asked for, where it is part of the problem. */
  readonly model: string | null;
  /** Of an unknown model: the served name that was most likely meant. */
  readonly nearest: string | null;

  constructor(kind: GatewayErrorKind, message: string, details: Details = {}) {
    super(message, { cause: details.cause });
    this.kind = kind;
    this.status = details.status ?? null;
    this.callId = details.callId ?? null;
    this.model = details.model ?? null;
    this.nearest = details.nearest ?? null;
  }

  /** What to do about it. */
  get hint(): string {
    return this.kind === "unknown-model" && this.nearest !== null ? `ask for ${this.nearest}` : hints[this.kind];
  }

  /** True where the same call may well succeed later. */
  get isTransient(): boolean {
    return ["rate-limited", "provider-down", "gateway-down", "timeout"].includes(this.kind);
  }
}

const hints: Readonly<Record<GatewayErrorKind, string>> = {
  "no-key": "set LITELLM_API_KEY, or OPENAI_API_KEY beside OPENAI_BASE_URL, to the gateway's key",
  "bad-key": "use the gateway's key, LITELLM_MASTER_KEY in its .env",
  "unknown-model": "ask for a name that GET /v1/models lists",
  "budget-exceeded": "raise max_budget in the LiteLLM config, or wait for the end of budget_duration",
  "rate-limited": "ask again later",
  "unsupported-parameter": "leave the parameter out, or set drop_params: true in the LiteLLM config",
  "too-long": "shorten the conversation",
  "provider-refused": "see the provider's words; its key belongs to the gateway, not to this program",
  "provider-down": "ask again later, or another model",
  "gateway-down": "start the gateway",
  timeout: "ask again, or allow more time",
  "bad-request": "see the gateway's words",
  "gateway-failed": "see the gateway's log",
};

/** What an error of the openai package says, whatever its shape. */
interface Facts {
  readonly status: number | null;
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly callId: string | null;
}

/** Any error of a call as a GatewayError; what is none of the openai package's comes back as it is. */
export const explain = (error: unknown, model: string | null = null): unknown => {
  if (!(error instanceof OpenAI.APIError) || error instanceof OpenAI.APIUserAbortError) return error;
  const details = { model, cause: error };
  if (error instanceof OpenAI.APIConnectionTimeoutError) return new GatewayError("timeout", error.message, details);
  if (error instanceof OpenAI.APIConnectionError) return new GatewayError("gateway-down", reasonOf(error), details);
  const facts = factsOf(error);
  const kind = kindOf(facts);
  // Without a database LiteLLM says of a wrong key only that it has nowhere to look it up.
  const message = kind === "bad-key" ? "the gateway does not take this key" : wordsOf(facts.message);
  return new GatewayError(kind, message, { ...details, ...facts });
};

const reasonOf = (error: Error): string => {
  const { code } = fieldsOf(fieldsOf(error.cause)["cause"]);
  return textOf(code) ?? textOf(fieldsOf(error.cause)["code"]) ?? error.message;
};

/** LiteLLM sends codes as strings; in the middle of a stream they are all there is. */
const factsOf = (error: InstanceType<typeof OpenAI.APIError>): Facts => {
  const body = fieldsOf(error.error);
  const code = String(body["code"] ?? error.code ?? "");
  const status = error.status ?? (/^[45]\d\d$/.test(code) ? Number(code) : null);
  const message = textOf(body["message"]) ?? error.message;
  return {
    status,
    type: textOf(body["type"]) ?? "",
    code,
    message: message.replace(/^\d{3} /, ""),
    callId: error.headers?.get("x-litellm-call-id") ?? null,
  };
};

/** What a provider caused carries its exception's name; LiteLLM has no code for it. */
const isProviders = (message: string): boolean => /^litellm\.|Exception - /.test(message);

const kindOf = (facts: Facts): GatewayErrorKind => {
  const { status, type, code, message } = facts;
  const says = (word: string): boolean => type === word || code === word;
  // 400, 422 or 429, by version: the type is what stays.
  if (says("budget_exceeded") || /^(?:litellm\.)?(?:BudgetExceededError|Budget has been exceeded)/.test(message)) {
    return "budget-exceeded";
  }
  if (says("all_deployments_in_cooldown") || /^No deployments available/.test(message)) return "provider-down";
  if (/Invalid model name passed in model=/.test(message) || says("key_model_access_denied")) return "unknown-model";
  if (/UnsupportedParamsError/.test(message)) return "unsupported-parameter";
  if (/ContextWindowExceededError/.test(message) || says("context_length_exceeded")) return "too-long";
  if (status === 429) return "rate-limited";
  if (isProviders(message)) return providersKind(facts);
  if (status === 401 || status === 403 || says("no_db_connection") || says("token_not_found_in_db")) return "bad-key";
  return status === null || status >= 500 ? "gateway-failed" : "bad-request";
};

const providersKind = ({ status, message }: Facts): GatewayErrorKind => {
  if (/litellm\.(?:Timeout|APIConnectionError|ServiceUnavailableError|InternalServerError)/.test(message)) {
    return "provider-down";
  }
  return status === null || status >= 500 || status === 408 ? "provider-down" : "provider-refused";
};

/** Without LiteLLM's wrapping; a key that a provider quotes is masked. */
const wordsOf = (message: string): string =>
  message
    .replace(/\.? Received Model Group=[\s\S]*$/, "")
    .replace(/^(?:(?:litellm\.)?\w*(?:Error|Exception|Timeout): )*(?:\w+Exception - )?/, "")
    .replace(/\b(?:sk|gsk|pk|xai)[-_][\w*-]{4,}/g, "***");
