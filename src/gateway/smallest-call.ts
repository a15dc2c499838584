import { GoatError } from "../errors/goat-error.ts";
import { readFailure } from "../litellm/failure.ts";
import { costIn } from "../litellm/model-info.ts";
import { type Fields, fieldsOf, isRecord, listOf, numberOf } from "../model/fields.ts";
import type { Clock } from "../platform/clock.ts";
import { formatDuration } from "../platform/format.ts";
import { type HttpAnswer, HttpTimeout } from "../platform/http.ts";
import { parseJson } from "../platform/json.ts";
import { type GatewayAccess, send, strange } from "./access.ts";
import { explainFailure } from "./refusals.ts";
import type { ModelChoice, Route } from "./routes.ts";

interface CallAnswer {
  readonly totalTokens: number | null;
  /** US dollars; null where the gateway knows no price. */
  readonly costUsd: number | null;
}

export type CallResult =
  | ({ readonly ok: true; readonly durationMs: number } & CallAnswer)
  | { readonly ok: false; readonly durationMs: number; readonly error: GoatError };

/** Enough for a word; some providers refuse less. */
const maxTokens = 16;

type Read = (CallAnswer & { readonly ok: true }) | { readonly ok: false; readonly error: GoatError };

/**
 * Asks a model the smallest question there is. A refusal or a call without an answer is returned as a result, not
 * thrown. Throws the signal's reason.
 */
export async function smallestCall(
  access: GatewayAccess,
  choice: ModelChoice,
  { clock, signal, limitMs }: { readonly clock: Clock; readonly signal: AbortSignal; readonly limitMs: number },
): Promise<CallResult> {
  const { path, body } = smallestQuestion(choice.model, choice.route.mode);
  const begin = clock.now();
  const result = await send(access, { path, body, limitMs }, signal).then(
    (answer) => read(answer, path, access, choice),
    (error: unknown): Read => ({ ok: false, error: unanswered(error, choice, limitMs) }),
  );
  return { ...result, durationMs: Math.round(clock.now() - begin) };
}

export function smallestQuestion(model: string, mode: Route["mode"]): { readonly path: string; readonly body: Fields } {
  return mode === "embedding"
    ? { path: "/embeddings", body: { model, input: "ok" } }
    : {
        path: "/chat/completions",
        body: { model, messages: [{ role: "user", content: "Say ok." }], max_tokens: maxTokens },
      };
}

function read(answer: HttpAnswer, path: string, access: GatewayAccess, choice: ModelChoice): Read {
  const body = fieldsOf(parseJson(answer.text));
  const isAnswer = [...listOf(body["choices"]), ...listOf(body["data"])].some((part) => isRecord(part));
  if (answer.status === 200 && isAnswer) {
    const totalTokens = numberOf(fieldsOf(body["usage"])["total_tokens"]);
    return { ok: true, totalTokens, costUsd: costIn(answer.headers["x-litellm-response-cost"]) };
  }
  if (answer.status < 400) return { ok: false, error: strange(access, path, answer) };
  const facts = readFailure(answer.status, body);
  const told = { ...facts, message: facts.message || "no reason given" };
  return { ok: false, error: explainFailure(told, access, choice, "the question") };
}

/** The error of a call that got no answer; throws again what is not a GoatError. */
function unanswered(error: unknown, { model }: ModelChoice, limitMs: number): GoatError {
  if (!(error instanceof GoatError)) throw error;
  if (!(error.cause instanceof HttpTimeout)) return error;
  return new GoatError("provider-refused", `${model} did not answer within ${formatDuration(limitMs)}`, {
    evidence: error.evidence,
    fixes: [{ command: `goat-dev models test ${model} --timeout 5m`, effect: "waits longer" }],
    cause: error,
  });
}
