import type { ChatAnswer, ChatRequest, GatewayClient } from "../client/client.ts";
import { GoatError } from "../errors/goat-error.ts";
import { openClient, priceOf, usageText } from "./call-cost.ts";
import { explainCall } from "./gateway-failure.ts";
import { defaultModel, openGateway, type ProjectGateway, patienceOf } from "./gateway-target.ts";
import { remarkLater, wantedLimit } from "./models/patience.ts";
import type { Context, Input, Run } from "./old-command.ts";
import { createWordStream } from "./word-stream.ts";

export const ask: Run = async (input, context) => {
  const wantedMs = wantedLimit(input);
  const prompt = await promptOf(input, context);
  const found = await openGateway(context, input);
  const model = modelOf(input, found);
  const { url, key, service } = found.gateway;
  const patience = patienceOf(model, found, wantedMs, context);
  const { limitMs } = patience;
  const target = { baseUrl: url, service: service.name, model, limitMs, command: 'goat-dev ask "…"' };
  const gateway = openClient({ baseURL: url, apiKey: key }, limitMs);
  const begin = context.clock.now();
  using remark = remarkLater(patience, context);
  try {
    const answer = await answerOf(
      { model, messages: [{ role: "user", content: prompt }] },
      gateway,
      input,
      context,
      remark,
    );
    const durationMs = context.clock.now() - begin;
    await tell(answer, { gateway, input, context, durationMs });
  } catch (error) {
    throw explainCall(error, target);
  }
  return undefined;
};

/** What was typed, then what was piped in. */
const promptOf = async (input: Input, context: Context): Promise<string> => {
  const typed = input.args.join(" ").trim();
  const piped = (await context.readInput())?.trim() ?? "";
  const prompt = [typed, piped].filter((part) => part !== "").join("\n\n");
  if (prompt !== "") return prompt;
  throw new GoatError("usage", "nothing to ask", {
    fixes: [{ command: 'goat-dev ask "Why is the sky blue?"', effect: "asks; what is piped in comes along" }],
  });
};

const modelOf = (input: Input, found: ProjectGateway): string => {
  const model = input.text("model") ?? defaultModel(found);
  if (model !== null) return model;
  throw new GoatError("no-provider-key", "no chat model of the LiteLLM config has its key", {
    fixes: [{ command: "goat-dev up", effect: "on a terminal asks for a key and saves it" }],
  });
};

const answerOf = async (
  request: ChatRequest,
  gateway: GatewayClient,
  input: Input,
  { signal, emit }: Context,
  remark: Disposable,
): Promise<ChatAnswer> => {
  if (!input.flag("stream")) return gateway.chat(request, { signal });
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
};

interface Told {
  readonly gateway: GatewayClient;
  readonly input: Input;
  readonly context: Context;
  readonly durationMs: number;
}

const tell = async (answer: ChatAnswer, { gateway, input, context, durationMs }: Told): Promise<void> => {
  const costUsd = await priceOf(answer, gateway, context.signal);
  const { model, text, usage, callId, finishReason } = answer;
  const data = {
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
  context.emit({ type: "result", data, text: input.flag("stream") ? "" : text });
  context.emit({ type: "notice", level: "info", text: usageText(data) });
};
