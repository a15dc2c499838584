import { fieldsOf, textOf } from "../model/fields.ts";

/** What LiteLLM, or what answers in its place, said when a call failed. */
export interface FailureFacts {
  /** HTTP status; null where it came in the middle of a stream. */
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
  /** Something else than an answer, as of a program that is no gateway. */
  | "unexpected-answer";

/** A failed call by what there is to do about it; `by` is who refused. */
interface Failure {
  readonly kind: FailureKind;
  readonly by: "gateway" | "provider";
}

/** The one place that knows how LiteLLM tells a failure. */
export function classify(facts: FailureFacts): Failure {
  const { status, type, code, message } = facts;
  const says = (word: string): boolean => type === word || code === word;
  const own = (kind: FailureKind): Failure => ({ kind, by: "gateway" });
  const by = isProviders(message) ? "provider" : "gateway";
  if (status !== null && status < 400) return own("unexpected-answer");
  // 400, 422 or 429, by version: the type is what stays.
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

/** What a provider caused carries its exception's name; LiteLLM has no code for it. */
function isProviders(message: string): boolean {
  return /^litellm\.|Exception - /.test(message);
}

function providersKind({ status, message }: FailureFacts): FailureKind {
  const isTheirs = status === null || status >= 500 || status === 408;
  // LiteLLM gives a connection that could not be made status 500 and no code.
  const unreachable = /cannot connect to host|connection error|connect(?:ion)? timed? ?out|name or service not known/i;
  if (isTheirs && unreachable.test(message)) return "provider-unreachable";
  if (/litellm\.(?:Timeout|APIConnectionError|ServiceUnavailableError|InternalServerError)/.test(message)) {
    return "provider-down";
  }
  return isTheirs ? "provider-down" : "provider-refused";
}

/** What a body of LiteLLM's says of a failure; everything in it is optional. Codes are strings; in the middle of a stream they are all there is. */
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

/** The words that matter, without LiteLLM's wrapping; a key that a provider quotes is masked, since it need not be one of ours. */
export function wordsOf(message: string): string {
  const inner = message
    .replace(/^\d{3} /, "")
    .replace(/\.? Received Model Group=[\s\S]*$/, "")
    .replace(/^(?:(?:litellm\.)?\w*(?:Error|Exception|Timeout): )*(?:\w+Exception - )?/, "");
  return maskKeys(inner).replace(/\s+/g, " ").trim();
}

/** Providers quote parts of keys, and those are not in .env to be masked by value. */
export function maskKeys(text: string): string {
  return text
    .replace(/\b(?:sk|gsk|pk|xai)[-_][\w*-]{4,}/g, "***")
    .replace(/\bBearer \S+/g, "Bearer ***")
    .replace(/\b[A-Za-z0-9]{32,}\b/g, "***");
}

/** What answered in a gateway's place, in a line: `200 text/html: <!doctype html>…`, `302 to https://login.example/`. */
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
