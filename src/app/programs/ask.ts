import type { ChatAnswer, ChatRequest, GatewayClient } from "../../client/client.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { becauseOfCertificate } from "../../gateway/certificate.ts";
import type { App } from "../app.ts";
import { patienceOf, remarkLater, wantedLimit } from "../models/patience.ts";
import { routeOf } from "../routes.ts";
import { becauseOfStack, whileAlive } from "./because.ts";
import { explainCall, openClient, priceOf } from "./call.ts";
import { defaultModel, noUsableModel, openGateway } from "./gateway.ts";
import { createWordStream } from "./word-stream.ts";

export interface AskInput {
  readonly prompt: string;
  /** Where left out: EVAL_MODEL, else the first model that can be used. */
  readonly model?: string | undefined;
  /** Also emit the answer piece by piece, as it comes. */
  readonly stream: boolean;
  /** As typed: the longest silence allowed before an answer, and within it. */
  readonly timeout?: string | undefined;
}

export interface AskReport {
  readonly model: string;
  readonly text: string;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly totalTokens: number | null;
  /** US dollars; null where the gateway knows no price. */
  readonly costUsd: number | null;
  /** LiteLLM's id of the call. */
  readonly callId: string | null;
  readonly finishReason: string | null;
  readonly durationMs: number;
}

/** One question to a model of the project's gateway. Throws usage, no-provider-key, gateway-refused, provider-refused. */
export async function ask(input: AskInput, app: App): Promise<AskReport> {
  const wantedMs = wantedLimit(input.timeout);
  if (input.prompt === "") throw nothingToAsk();
  const found = await openGateway(app);
  const model = input.model ?? defaultModel(found);
  if (model === null) throw noUsableModel();
  const { url: baseUrl, key, service } = found.gateway;
  const patience = patienceOf(model, found.session, wantedMs, app);
  const { limitMs } = patience;
  const gateway = openClient({ baseURL: baseUrl, apiKey: key }, limitMs);
  const begin = app.clock.now();
  using remark = remarkLater(patience, app);
  try {
    const answer = await whileAlive(found.session, app, (signal) =>
      answerTo(input, model, gateway, remark, { ...app, signal }),
    );
    const durationMs = app.clock.now() - begin;
    return report(answer, await priceOf(answer, gateway, app.signal), durationMs);
  } catch (error) {
    const route = routeOf(model, found.session.stack);
    const target = { baseUrl, service: service.name, model, route, limitMs, command: 'goat-dev ask "…"' };
    const told = await becauseOfCertificate(explainCall(error, target), route, app.signal);
    throw await becauseOfStack(told, found.session, app);
  }
}

async function answerTo(
  { prompt, stream }: AskInput,
  model: string,
  gateway: GatewayClient,
  remark: Disposable,
  { signal, emit }: App,
): Promise<ChatAnswer> {
  const request: ChatRequest = { model, messages: [{ role: "user", content: prompt }] };
  if (!stream) return gateway.chat(request, { signal });
  const words = createWordStream((text) => emit({ type: "output", text }));
  try {
    for await (const event of gateway.stream(request, { signal })) {
      if (event.type === "answer") return event.answer;
      remark[Symbol.dispose]();
      words.add(event.text);
    }
  } finally {
    words.end();
  }
  throw new GoatError("gateway-refused", "the gateway ended its answer before the end");
}

function report(answer: ChatAnswer, costUsd: number | null, durationMs: number): AskReport {
  const { model, text, usage, callId, finishReason } = answer;
  return {
    model,
    text,
    promptTokens: usage?.prompt_tokens ?? null,
    completionTokens: usage?.completion_tokens ?? null,
    totalTokens: usage?.total_tokens ?? null,
    costUsd,
    callId,
    finishReason,
    durationMs: Math.round(durationMs),
  };
}

function nothingToAsk(): GoatError {
  return new GoatError("usage", "nothing to ask", {
    fixes: [{ command: 'goat-dev ask "Why is the sky blue?"', effect: "asks; what is piped in comes along" }],
  });
}
