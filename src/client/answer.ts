import type OpenAI from "openai";
import { fieldsOf, numberOf } from "./fields.ts";

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON, as the model wrote it: it may be none. */
  readonly arguments: string;
}

/** One whole answer. */
export interface ChatAnswer {
  /** The model that was asked for. */
  readonly model: string;
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  /** Such as stop, length, tool_calls; null where none was given. */
  readonly finishReason: string | null;
  readonly usage: OpenAI.CompletionUsage | null;
  /** US dollars as the gateway says; null where it knows no price, or does not say it in a stream. */
  readonly costUsd: number | null;
  /** LiteLLM's id of the call. */
  readonly callId: string | null;
}

/** What of an answer stands in the response's headers. */
export type Head = Pick<ChatAnswer, "costUsd" | "callId">;

export const readHead = (headers: Headers): Head => {
  const cost = headers.get("x-litellm-response-cost");
  // LiteLLM says 0 where it has no price.
  return { callId: headers.get("x-litellm-call-id"), costUsd: (cost === null ? null : numberOf(Number(cost))) || null };
};

export const readCompletion = (model: string, completion: OpenAI.ChatCompletion, head: Head): ChatAnswer => {
  const choice = completion.choices[0];
  return {
    model,
    text: choice?.message.content ?? "",
    toolCalls: (choice?.message.tool_calls ?? []).flatMap((call) =>
      call.type === "function" ? [{ id: call.id, ...call.function }] : [],
    ),
    finishReason: choice?.finish_reason ?? null,
    usage: completion.usage ?? null,
    ...head,
  };
};

export interface Gathering {
  /** Takes a chunk in and gives its piece of text. */
  add(chunk: OpenAI.ChatCompletionChunk): string;
  answer(): ChatAnswer;
}

/** Puts an answer together from its chunks; tool calls come in pieces too, told apart by their index. */
export const gather = (model: string, head: Head): Gathering => {
  let text = "";
  let finishReason: string | null = null;
  let usage: OpenAI.CompletionUsage | null = null;
  const calls = new Map<number, { id: string; name: string; arguments: string }>();
  const add = (chunk: OpenAI.ChatCompletionChunk): string => {
    usage = chunk.usage ?? usage;
    const choice = chunk.choices?.[0];
    finishReason = choice?.finish_reason ?? finishReason;
    for (const piece of choice?.delta?.tool_calls ?? []) {
      const call = calls.get(piece.index) ?? { id: "", name: "", arguments: "" };
      call.id ||= piece.id ?? "";
      call.name += piece.function?.name ?? "";
      call.arguments += piece.function?.arguments ?? "";
      calls.set(piece.index, call);
    }
    const added = choice?.delta?.content ?? "";
    text += added;
    return added;
  };
  const answer = (): ChatAnswer => {
    // Newer LiteLLM puts the cost of a stream beside its usage.
    const costUsd = head.costUsd ?? (numberOf(fieldsOf(usage)["cost"]) || null);
    return { model, text, toolCalls: [...calls.values()], finishReason, usage, ...head, costUsd };
  };
  return { add, answer };
};
