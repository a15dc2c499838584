import { isAbort, messageOf, systemCode } from "../errors/describe.ts";
import type { GoatError } from "../errors/goat-error.ts";
import type { Clock } from "../platform/clock.ts";
import { type HttpAnswer, httpPost } from "../platform/http.ts";
import { type GatewayAccess, unreachable } from "./access.ts";
import { explainFailure } from "./refusals.ts";
import type { ModelChoice } from "./routes.ts";
import { type Fields, isRecord } from "./shape.ts";

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

const questionFor = ({ model, route }: ModelChoice): { readonly path: string; readonly body: Fields } =>
  route.mode === "embedding"
    ? { path: "/embeddings", body: { model, input: "ok" } }
    : {
        path: "/chat/completions",
        body: { model, messages: [{ role: "user", content: "Say ok." }], max_tokens: maxTokens },
      };

/** Asks a model the smallest question there is: a refusal is a result. Throws the signal's reason. */
export const smallestCall = async (
  access: GatewayAccess,
  choice: ModelChoice,
  clock: Clock,
  signal: AbortSignal,
): Promise<CallResult> => {
  const { path, body } = questionFor(choice);
  const begin = clock.now();
  try {
    const url = `${access.baseUrl.replace(/\/+$/, "")}${path}`;
    const answer = await httpPost(url, body, signal, { authorization: `Bearer ${access.key}` });
    const durationMs = Math.round(clock.now() - begin);
    const { error, ...said } = read(answer, access, choice);
    return error === null ? { ok: true, durationMs, ...said } : { ok: false, durationMs, error };
  } catch (error) {
    if (signal.aborted || isAbort(error)) throw error;
    const durationMs = Math.round(clock.now() - begin);
    return { ok: false, durationMs, error: unreachable(access, systemCode(error) ?? messageOf(error), error) };
  }
};

const read = (
  answer: HttpAnswer,
  access: GatewayAccess,
  choice: ModelChoice,
): CallAnswer & { readonly error: GoatError | null } => {
  const body = parse(answer.text);
  const usage = isRecord(body["usage"]) ? body["usage"] : {};
  const said = {
    totalTokens: amount(usage["total_tokens"]),
    costUsd: price(answer.headers["x-litellm-response-cost"]),
  };
  const isAnswer = Array.isArray(body["choices"]) || Array.isArray(body["data"]);
  if (answer.status === 200 && isAnswer) return { ...said, error: null };
  const { message, type } = isRecord(body["error"]) ? body["error"] : {};
  const details = {
    name: null,
    status: answer.status,
    type: typeof type === "string" ? type : null,
    message: typeof message === "string" ? message : "no reason given",
    callId: answer.headers["x-litellm-call-id"] ?? null,
  };
  return { ...said, error: explainFailure(details, access, choice, "the question") };
};

const parse = (text: string): Fields => {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
};

const amount = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);

const price = (header: string | undefined): number | null => {
  const value = header === undefined || header === "" ? Number.NaN : Number(header);
  return Number.isFinite(value) ? value : null;
};
