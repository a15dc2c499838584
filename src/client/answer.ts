import type OpenAI from "openai";
import { heardText } from "../litellm/failure.ts";
import { costIn } from "../litellm/model-info.ts";
import { fieldsOf, listOf, textOf } from "../model/fields.ts";
import { GatewayError } from "./errors.ts";

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** The arguments as the model wrote them; they should be JSON, but may be invalid. */
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

/** The part of an answer that comes from the response's headers. */
export type Head = Pick<ChatAnswer, "costUsd" | "callId">;

export interface Gathering {
  /** Takes a chunk in and gives its piece of text. */
  add(chunk: unknown): string;
  /** True once a chunk of a completion has come. */
  hasBegun(): boolean;
  answer(): ChatAnswer;
}

export function readHead(headers: Headers): Head {
  return {
    callId: headers.get("x-litellm-call-id"),
    costUsd: costIn(headers.get("x-litellm-response-cost")),
  };
}

/** Throws GatewayError unexpected-answer where it is no completion. */
export function readCompletion(model: string, completion: OpenAI.ChatCompletion, response: Response): ChatAnswer {
  const [choice] = listOf(fieldsOf(completion)["choices"]);
  const message = fieldsOf(fieldsOf(choice)["message"]);
  if (Object.keys(message).length === 0) throw noAnswer(model, response, completion);
  return {
    model,
    text: textOf(message["content"]) ?? "",
    toolCalls: listOf(message["tool_calls"]).flatMap((call) => {
      const { id, function: called } = fieldsOf(call);
      const { name, arguments: written } = fieldsOf(called);
      return textOf(name) === null
        ? []
        : [{ id: textOf(id) ?? "", name: String(name), arguments: textOf(written) ?? "" }];
    }),
    finishReason: textOf(fieldsOf(choice)["finish_reason"]),
    usage: completion.usage ?? null,
    ...readHead(response.headers),
  };
}

/** The GatewayError for an answer that is not a gateway's. */
export function noAnswer(model: string | null, { status, headers }: Response, body?: unknown): GatewayError {
  const text = body === undefined ? "" : (textOf(body) ?? JSON.stringify(body));
  const heard = heardText({ status, type: headers.get("content-type"), text });
  return new GatewayError("unexpected-answer", heard, { status, model });
}

/** Puts an answer together from its chunks; tool calls come in pieces too, told apart by their index. */
export function gather(model: string, head: Head): Gathering {
  let text = "";
  let begun = false;
  let finishReason: string | null = null;
  let usage: OpenAI.CompletionUsage | null = null;
  const calls = new Map<unknown, { id: string; name: string; arguments: string }>();
  const addCall = (piece: unknown): void => {
    const { index, id, function: called } = fieldsOf(piece);
    const call = calls.get(index) ?? { id: "", name: "", arguments: "" };
    call.id ||= textOf(id) ?? "";
    call.name += textOf(fieldsOf(called)["name"]) ?? "";
    call.arguments += textOf(fieldsOf(called)["arguments"]) ?? "";
    calls.set(index, call);
  };
  const add = (chunk: unknown): string => {
    const fields = fieldsOf(chunk);
    begun ||= Array.isArray(fields["choices"]);
    if (typeof fields["usage"] === "object") usage = (fields["usage"] as OpenAI.CompletionUsage | null) ?? usage;
    const choice = fieldsOf(listOf(fields["choices"])[0]);
    const delta = fieldsOf(choice["delta"]);
    finishReason = textOf(choice["finish_reason"]) ?? finishReason;
    for (const piece of listOf(delta["tool_calls"])) addCall(piece);
    const added = textOf(delta["content"]) ?? "";
    text += added;
    return added;
  };
  const answer = (): ChatAnswer => {
    // Newer LiteLLM sends the cost of a stream in its usage.
    const costUsd = head.costUsd ?? costIn(fieldsOf(usage)["cost"]);
    return { model, text, toolCalls: [...calls.values()], finishReason, usage, ...head, costUsd };
  };
  return { add, hasBegun: () => begun, answer };
}
