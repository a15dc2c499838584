import { type Fields, fieldsOf, isRecord, listOf, textOf } from "../model/fields.ts";

/** One part of a message, the same for every provider's format. */
export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "thinking"; readonly text: string }
  /** `url` may hold the whole picture: data:image/png;base64,… */
  | { readonly kind: "image"; readonly url: string }
  | { readonly kind: "tool-call"; readonly id: string | null; readonly name: string; readonly arguments: string }
  | { readonly kind: "tool-result"; readonly id: string | null; readonly text: string }
  /** What is none of these, as it came. */
  | { readonly kind: "data"; readonly json: string };

export interface Message {
  readonly role: string;
  readonly parts: readonly Part[];
}

export interface Tool {
  readonly name: string;
  readonly description: string | null;
  /** The JSON Schema of its arguments, as text; null where it takes none. */
  readonly parameters: string | null;
}

/** What was asked, from an input as LiteLLM traces it: `{ messages, tools }`, a list of messages, or a text. */
export function readQuestion(input: unknown): readonly Message[] {
  if (input === null || input === undefined) return [];
  if (Array.isArray(input)) return input.every(isMessage) ? input.flatMap(readMessage) : [dataMessage("user", input)];
  const { messages, input: inner, prompt, system } = fieldsOf(input);
  const own = system === undefined || system === null ? [] : [{ role: "system", parts: partsOf(system) }];
  if (Array.isArray(messages)) return [...own, ...messages.flatMap(readMessage)];
  const said = inner ?? prompt;
  if (isRecord(input) && said !== undefined) return [...own, ...readQuestion(said)];
  return [textOf(input) === null ? dataMessage("user", input) : { role: "user", parts: partsOf(input) }];
}

/** What was answered: a message, a list of the Responses API's items, or a text; nothing where there was no answer. */
export function readAnswer(output: unknown): readonly Message[] {
  if (output === null || output === undefined) return [];
  if (Array.isArray(output)) return output.flatMap(readMessage);
  if (isRecord(output) && !isMessage(output)) return [dataMessage("assistant", output)];
  return isRecord(output) ? readMessage(output) : [{ role: "assistant", parts: partsOf(output) }];
}

export function readTools(input: unknown): readonly Tool[] {
  return listOf(fieldsOf(input)["tools"]).map((tool) => {
    const { function: inner, ...outer } = fieldsOf(tool);
    const said = isRecord(inner) ? inner : outer;
    const schema = said["parameters"] ?? said["input_schema"];
    return {
      name: textOf(said["name"]) ?? textOf(outer["type"]) ?? "tool",
      description: textOf(said["description"]),
      parameters: schema === undefined || schema === null ? null : jsonOf(schema),
    };
  });
}

/** The beginning of the last user message, else of the last message, as one line of at most `length` characters. */
export function firstWords(messages: readonly Message[], length: number): string {
  const said = messages.map(({ role, parts }) => ({ role, text: wordsIn(parts) })).filter(({ text }) => text !== "");
  const last = said.findLast(({ role }) => role === "user") ?? said.at(-1);
  return (last?.text ?? "").slice(0, length);
}

/** The line is short, the text may have megabytes: only its beginning is looked at. */
function wordsIn(parts: readonly Part[]): string {
  const text = parts.find((part) => part.kind === "text")?.text ?? parts.map(wordOf).join(" ");
  return text.slice(0, 2_000).replace(/\s+/g, " ").trim();
}

function wordOf(part: Part): string {
  if (part.kind === "tool-call") return `${part.name}(${part.arguments})`;
  if (part.kind === "image") return "[image]";
  return part.kind === "data" ? part.json : part.text;
}

function isMessage(value: unknown): boolean {
  const { role, type, content, tool_calls: calls } = fieldsOf(value);
  return typeof role === "string" || (typeof type === "string" && content !== undefined) || isItem(type) || !!calls;
}

/** What the Responses API has beside messages. */
function isItem(type: unknown): boolean {
  return type === "function_call" || type === "function_call_output" || type === "reasoning";
}

function readMessage(value: unknown): readonly Message[] {
  if (!isRecord(value)) return [{ role: "user", parts: partsOf(value) }];
  if (isItem(value["type"])) return [readItem(value)];
  const role = textOf(value["role"]) ?? "assistant";
  if (role === "tool") {
    return [
      { role, parts: [{ kind: "tool-result", id: textOf(value["tool_call_id"]), text: plain(value["content"]) }] },
    ];
  }
  const thinking = textOf(value["reasoning_content"]);
  const parts: readonly Part[] = [
    ...(thinking === null || thinking === "" ? [] : [{ kind: "thinking", text: thinking } as const]),
    ...partsOf(value["content"]),
    ...listOf(value["tool_calls"]).map(readCall),
    ...(isRecord(value["function_call"]) ? [readCall(value)] : []),
  ];
  return [{ role, parts }];
}

function readItem(item: Fields): Message {
  if (item["type"] === "function_call") return { role: "assistant", parts: [callOf(item["call_id"], item)] };
  if (item["type"] === "reasoning") {
    const text = listOf(item["summary"]).map((piece) => textOf(fieldsOf(piece)["text"]) ?? "");
    return { role: "assistant", parts: [{ kind: "thinking", text: text.join("\n") }] };
  }
  return { role: "tool", parts: [{ kind: "tool-result", id: textOf(item["call_id"]), text: plain(item["output"]) }] };
}

function readCall(call: unknown): Part {
  const { id, function: inner, function_call: older } = fieldsOf(call);
  return callOf(id, fieldsOf(inner ?? older));
}

function callOf(id: unknown, said: Fields): Part {
  return { kind: "tool-call", id: textOf(id), name: textOf(said["name"]) ?? "?", arguments: plain(said["arguments"]) };
}

function partsOf(content: unknown): readonly Part[] {
  if (content === null || content === undefined || content === "") return [];
  if (typeof content === "string") return [{ kind: "text", text: content }];
  return Array.isArray(content) ? content.map(partOf) : [partOf(content)];
}

function partOf(value: unknown): Part {
  if (typeof value === "string") return { kind: "text", text: value };
  const said = fieldsOf(value);
  const text = textOf(said["text"]);
  if (text !== null) return { kind: "text", text };
  const thinking = textOf(said["thinking"]);
  if (thinking !== null) return { kind: "thinking", text: thinking };
  const url = imageOf(said);
  if (url !== null) return { kind: "image", url };
  if (said["type"] === "tool_use") {
    return callOf(said["id"], { name: said["name"], arguments: said["input"] });
  }
  if (said["type"] === "tool_result") {
    return { kind: "tool-result", id: textOf(said["tool_use_id"]), text: plain(said["content"]) };
  }
  return { kind: "data", json: jsonOf(value) };
}

/** OpenAI's image_url, the Responses API's input_image, Anthropic's image. */
function imageOf(said: Fields): string | null {
  const given = said["image_url"];
  const url = textOf(given) ?? textOf(fieldsOf(given)["url"]);
  if (url !== null) return url;
  const source = fieldsOf(said["source"]);
  if (said["type"] !== "image") return null;
  const data = textOf(source["data"]);
  return data === null ? textOf(source["url"]) : `data:${textOf(source["media_type"]) ?? "image/png"};base64,${data}`;
}

/** A text as it is, a list of text blocks as their texts, all else as JSON. */
function plain(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  const texts = listOf(value).map((piece) => textOf(fieldsOf(piece)["text"]));
  if (texts.length > 0 && texts.every((text) => text !== null)) return texts.join("\n");
  return JSON.stringify(value);
}

function dataMessage(role: string, value: unknown): Message {
  return { role, parts: [{ kind: "data", json: jsonOf(value) }] };
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? "";
}
