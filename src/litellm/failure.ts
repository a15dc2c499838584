import { fieldsOf, textOf } from "../model/fields.ts";

/** What LiteLLM, or what answers in its place, said when a call failed. */
export interface FailureFacts {
  /** HTTP status; null for an error in the middle of a stream that gives no status code. */
  readonly status: number | null;
  readonly type: string;
  readonly code: string;
  readonly message: string;
}

export type FailureKind =
  | "bad-key"
  | "unknown-model"
  | "budget-exceeded"
  | "rate-limited"
  | "unsupported-parameter"
  | "too-long"
  | "provider-refused"
  | "provider-down"
  /** The gateway cannot connect to the provider. */
  | "provider-unreachable"
  /** The provider refused before, and the gateway leaves it alone for some seconds. */
  | "cooling-down"
  | "bad-request"
  | "gateway-failed"
  /** Not a gateway's answer: another program may listen there. */
  | "unexpected-answer";

/** A failed call by what there is to do about it; `by` is who refused. */
interface Failure {
  readonly kind: FailureKind;
  readonly by: "gateway" | "provider";
}

/** Classifies a failed call. Only this function knows how LiteLLM words each failure. */
export function classify(facts: FailureFacts): Failure {
  const { status, type, code, message } = facts;
  const says = (word: string): boolean => type === word || code === word;
  const own = (kind: FailureKind): Failure => ({ kind, by: "gateway" });
  const by = isProviders(message) ? "provider" : "gateway";
  if (status !== null && status < 400) return own("unexpected-answer");
  // The status is 400, 422 or 429, depending on LiteLLM's version, so only type and message count.
  if (says("budget_exceeded") || /^(?:litellm\.)?(?:BudgetExceededError|Budget has been exceeded)/.test(message)) {
    return own("budget-exceeded");
  }
  if (says("all_deployments_in_cooldown") || /^No deployments available/.test(message)) return own("cooling-down");
  if (/Invalid model name passed in model=/.test(message) || says("key_model_access_denied")) {
    return own("unknown-model");
  }
  if (/UnsupportedParamsError/.test(message)) return { kind: "unsupported-parameter", by };
  if (/ContextWindowExceededError/.test(message) || says("context_length_exceeded")) return { kind: "too-long", by };
  if (status === 429) return { kind: "rate-limited", by };
  if (by === "provider") return { kind: providersKind(facts), by };
  // Without a database LiteLLM says of a wrong key only that it has nowhere to look it up.
  const isKeys = status === 401 || status === 403 || says("no_db_connection") || says("token_not_found_in_db");
  if (isKeys) return own("bad-key");
  return own(status === null || status >= 500 ? "gateway-failed" : "bad-request");
}

/** True where the provider caused it: LiteLLM has no code for that, but names the exception in the message. */
function isProviders(message: string): boolean {
  return /^litellm\.|Exception - /.test(message);
}

function providersKind({ status, message }: FailureFacts): FailureKind {
  const isTheirs = status === null || status >= 500 || status === 408;
  // LiteLLM answers 500 without a code where it could not connect to the provider.
  const unreachable = /cannot connect to host|connection error|connect(?:ion)? timed? ?out|name or service not known/i;
  if (isTheirs && unreachable.test(message)) return "provider-unreachable";
  if (/litellm\.(?:Timeout|APIConnectionError|ServiceUnavailableError|InternalServerError)/.test(message)) {
    return "provider-down";
  }
  return isTheirs ? "provider-down" : "provider-refused";
}

/**
 * Reads the failure from a body of LiteLLM's; every field is optional. Inside a stream there is no HTTP status: a code
 * such as "429" then counts as the status.
 */
export function readFailure(status: number | null, body: unknown): FailureFacts {
  const fields = fieldsOf(body);
  const error = typeof fields["error"] === "object" ? fieldsOf(fields["error"]) : fields;
  const code = String(error["code"] ?? "");
  return {
    status: status ?? (/^[45]\d\d$/.test(code) ? Number(code) : null),
    type: textOf(error["type"]) ?? "",
    code,
    message: (textOf(error["message"]) ?? "").replace(/^\d{3} /, ""),
  };
}

/** An error message without LiteLLM's wrapping, and with keys masked: a provider may quote one that is not ours. */
export function wordsOf(message: string): string {
  const inner = message
    .replace(/^\d{3} /, "")
    .replace(/\.? Received Model Group=[\s\S]*$/, "")
    .replace(/^(?:(?:litellm\.)?\w*(?:Error|Exception|Timeout): )*(?:\w+Exception - )?/, "");
  return maskKeys(inner).replace(/\s+/g, " ").trim();
}

/** Masks keys by their form. Providers quote parts of keys, which masking by the values in .env would miss. */
export function maskKeys(text: string): string {
  return text
    .replace(/\b(?:sk|gsk|pk|xai)[-_][\w*-]{4,}/g, "***")
    .replace(/\bBearer \S+/g, "Bearer ***")
    .replace(/\b[A-Za-z0-9]{32,}\b/g, "***");
}

/**
 * What answered in a gateway's place, in a line: `200 text/html: <!doctype html>…`, `302 to https://login.example/`.
 */
export function heardText(answer: {
  readonly status: number;
  readonly type?: string | null | undefined;
  readonly location?: string | null | undefined;
  readonly text?: string;
}): string {
  const { status, type, location, text = "" } = answer;
  const head = [String(status), type?.split(";", 1)[0] ?? "", location ? `to ${location}` : ""];
  const words = maskKeys(text).replace(/\s+/g, " ").trim();
  const start = [...words].slice(0, 80).join("");
  const said = start === "" ? "" : `: ${start}${start.length < words.length ? "…" : ""}`;
  return head.filter((part) => part !== "").join(" ") + said;
}
