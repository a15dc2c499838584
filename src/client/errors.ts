import OpenAI from "openai";
import { classify, type FailureKind, heardText, readFailure, wordsOf } from "../litellm/failure.ts";
import { fieldsOf, textOf } from "../model/fields.ts";
import { SilentAnswer } from "./silence.ts";

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
  /** The provider does not know a parameter of the request; drop_params in the LiteLLM config would leave it out. */
  | "unsupported-parameter"
  /** The conversation is longer than the model's context. */
  | "too-long"
  /** The provider answers, and refuses: its key, its model's name, the request. */
  | "provider-refused"
  /** The provider does not answer, or not properly. */
  | "provider-down"
  /** Nothing answers at the gateway's address, or it hangs up. */
  | "gateway-down"
  | "timeout"
  /** The gateway refuses the request itself. */
  | "bad-request"
  /** The gateway failed by itself. */
  | "gateway-failed"
  /** Something else than a gateway answers: a web page, a redirect, garbage. */
  | "unexpected-answer";

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
  /** The model that was asked for; null where none is known. */
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
  "unexpected-answer": "see what listens at the gateway's address",
};

/** The error of a failed call as a GatewayError; any other error comes back as it is. */
export function explain(error: unknown, model: string | null = null): unknown {
  if (error instanceof GatewayError || error instanceof OpenAI.APIUserAbortError) return error;
  const details = { model, cause: error };
  if (error instanceof SilentAnswer) return new GatewayError("timeout", error.message, details);
  if (error instanceof OpenAI.APIConnectionTimeoutError)
    return new GatewayError("timeout", "no answer in time", details);
  if (error instanceof OpenAI.APIConnectionError) return new GatewayError("gateway-down", reasonOf(error), details);
  if (error instanceof OpenAI.APIError) return refusal(error, details);
  if (error instanceof OpenAI.OpenAIError) return new GatewayError("unexpected-answer", error.message, details);
  // These two come from reading an answer, not from the openai package.
  if (error instanceof SyntaxError) return new GatewayError("unexpected-answer", "the answer is no JSON", details);
  const broken = error instanceof TypeError ? brokenOff(error) : null;
  return broken === null ? error : new GatewayError(broken.kind, broken.message, details);
}

function reasonOf(error: Error): string {
  const { code } = fieldsOf(fieldsOf(error.cause)["cause"]);
  return textOf(code) ?? textOf(fieldsOf(error.cause)["code"]) ?? error.message;
}

function refusal(error: InstanceType<typeof OpenAI.APIError>, details: Details): GatewayError {
  const facts = readFailure(error.status ?? null, error.error);
  const code = facts.code || (error.code ?? "");
  const told = { ...facts, code, message: facts.message || error.message.replace(/^\d{3} /, "") };
  const { kind } = classify(told);
  const callId = error.headers?.get("x-litellm-call-id") ?? null;
  return new GatewayError(publicKind(kind), messageFor(kind, told, error), { ...details, status: told.status, callId });
}

/** Merges kinds for which an application would do the same. */
function publicKind(kind: FailureKind): GatewayErrorKind {
  return kind === "cooling-down" || kind === "provider-unreachable" ? "provider-down" : kind;
}

function messageFor(
  kind: FailureKind,
  { status, message }: { readonly status: number | null; readonly message: string },
  { headers }: InstanceType<typeof OpenAI.APIError>,
): string {
  if (kind === "bad-key") return "the gateway does not take this key";
  if (kind !== "unexpected-answer") return wordsOf(message);
  return heardText({ status: status ?? 0, location: headers?.get("location"), type: headers?.get("content-type") });
}

/** For a connection that broke in the middle of an answer, fetch throws a TypeError with the reason in its `cause`. */
function brokenOff(error: TypeError): { readonly kind: GatewayErrorKind; readonly message: string } | null {
  const code = textOf(fieldsOf(error.cause)["code"]);
  if (code === null) return null;
  return { kind: /TIMEOUT/.test(code) ? "timeout" : "gateway-down", message: `the answer broke off: ${code}` };
}
