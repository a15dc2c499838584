// Asks the gateway one question and streams the answer. It needs three variables:
//   OPENAI_BASE_URL  http://127.0.0.1:4000/v1
//   OPENAI_API_KEY   the gateway's key, LITELLM_MASTER_KEY in .env
//   EVAL_MODEL       a model_name of litellm-config.yaml
import { randomUUID } from "node:crypto";
import OpenAI from "openai";

const json = process.argv.includes("--json");
const answer = json ? process.stderr : process.stdout;

const ask = async (model: string) => {
  const client = new OpenAI({ maxRetries: 0, timeout: 60_000 });
  const traceId = randomUUID().replaceAll("-", "");
  const startedAt = performance.now();

  const { data: stream, response } = await client.chat.completions
    .create({
      model,
      messages: [{ role: "user", content: "Say hello in one short sentence." }],
      stream: true,
      stream_options: { include_usage: true },
      // LiteLLM hands these to Langfuse: the trace is found by this id.
      metadata: { trace_id: traceId, trace_name: "goat-dev example" },
    })
    .withResponse();

  let text = "";
  let usage: OpenAI.CompletionUsage | undefined;
  for await (const chunk of stream) {
    const piece = chunk.choices[0]?.delta.content ?? "";
    answer.write(piece);
    text += piece;
    usage = chunk.usage ?? usage;
  }

  return {
    model,
    text,
    promptTokens: usage?.prompt_tokens ?? null,
    completionTokens: usage?.completion_tokens ?? null,
    totalTokens: usage?.total_tokens ?? null,
    // LiteLLM adds the cost in US dollars where it knows the price.
    costUsd: usage !== undefined && "cost" in usage && typeof usage.cost === "number" ? usage.cost : null,
    traceId,
    callId: response.headers.get("x-litellm-call-id"),
    durationMs: Math.round(performance.now() - startedAt),
  };
};

const describe = (error: unknown) => {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name } = error.constructor;
  if (!(error instanceof OpenAI.APIError)) return { name, message: error.message };
  const { status, type, message, headers } = error;
  return { name, status, type, message, callId: headers?.get("x-litellm-call-id") };
};

try {
  const unset = ["OPENAI_BASE_URL", "OPENAI_API_KEY", "EVAL_MODEL"].filter((name) => !process.env[name]);
  if (unset.length > 0) throw new Error(`not set: ${unset.join(", ")}`);
  const result = await ask(process.env["EVAL_MODEL"] ?? "");
  const cost = result.costUsd === null ? "cost unknown" : `$${result.costUsd.toFixed(6)}`;
  console.log(json ? JSON.stringify(result) : `\n\n${result.model}: ${result.totalTokens ?? "?"} tokens, ${cost}`);
} catch (error) {
  if (json) console.log(JSON.stringify({ error: describe(error) }));
  else console.error(`\n${describe(error).message}`);
  process.exitCode = 1;
}
