import { type Fields, fieldsOf, numberOf, textOf } from "../model/fields.ts";
import { type Message, readAnswer, readQuestion, readTools, type Tool } from "./conversation.ts";

/** What one call took and cost. */
export interface GenerationSummary {
  readonly id: string;
  readonly traceId: string;
  /** As the config names it; else as the provider does. */
  readonly model: string | null;
  /** As the provider names it: openai/gpt-4o-mini */
  readonly upstream: string | null;
  readonly startedAt: string;
  readonly latencyMs: number | null;
  /** Null where the call was not streamed, or the time is not known. */
  readonly firstTokenMs: number | null;
  readonly streamed: boolean;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly totalTokens: number | null;
  /** US dollars. */
  readonly costUsd: number | null;
  readonly failed: boolean;
  /** As LiteLLM passes on what the provider said. */
  readonly error: string | null;
}

/** One call, whole. */
export interface Generation extends GenerationSummary {
  readonly name: string | null;
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly answer: readonly Message[];
  /** Such as temperature, as they were sent. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The virtual key's alias. */
  readonly key: string | null;
  readonly cached: boolean;
  /** As they were traced. */
  readonly input: unknown;
  readonly output: unknown;
}

/** Null where it is no observation of a model's call. */
export function readSummary(json: unknown): GenerationSummary | null {
  const said = fieldsOf(json);
  const [id, startedAt] = [textOf(said["id"]), textOf(said["startTime"])];
  if (id === null || startedAt === null || said["type"] !== "GENERATION") return null;
  const upstream = textOf(said["model"]);
  const failed = said["level"] === "ERROR";
  const tokens = tokensOf(said);
  const streamed = isStreamed(said);
  return {
    id,
    traceId: textOf(said["traceId"]) ?? "",
    model: groupOf(said) ?? upstream,
    upstream,
    startedAt,
    latencyMs: msOf(said["latency"]),
    firstTokenMs: streamed ? msOf(said["timeToFirstToken"]) : null,
    streamed,
    ...(failed && tokens.totalTokens === 0 ? noTokens : tokens),
    costUsd: numberOf(said["calculatedTotalCost"]),
    failed,
    error: failed ? (textOf(said["statusMessage"]) ?? textOf(said["output"])) : null,
  };
}

const noTokens = { promptTokens: null, completionTokens: null, totalTokens: null };

function tokensOf(said: Fields) {
  const usage = fieldsOf(said["usage"]);
  return {
    promptTokens: numberOf(usage["input"]) ?? numberOf(said["promptTokens"]),
    completionTokens: numberOf(usage["output"]) ?? numberOf(said["completionTokens"]),
    totalTokens: numberOf(usage["total"]) ?? numberOf(said["totalTokens"]),
  };
}

export function readGeneration(json: unknown): Generation | null {
  const summary = readSummary(json);
  if (summary === null) return null;
  const { name, input, output, metadata, modelParameters } = fieldsOf(json);
  const { user_api_key_alias: alias, cache_hit: cached } = fieldsOf(metadata);
  return {
    ...summary,
    name: textOf(name),
    messages: readQuestion(input),
    tools: readTools(input),
    // LiteLLM also traces an error's text as the output; that is not an answer.
    answer: summary.failed && typeof output === "string" ? [] : readAnswer(output),
    parameters: parametersOf(modelParameters),
    key: textOf(alias),
    cached: cached === true,
    input,
    output,
  };
}

/** Langfuse tells seconds. */
function msOf(seconds: unknown): number | null {
  const said = numberOf(seconds);
  return said === null ? null : Math.round(said * 1000);
}

function isStreamed(said: Fields): boolean {
  const { stream } = fieldsOf(said["modelParameters"]);
  return stream === true || stream === "True" || stream === "true";
}

/** The config's name, which LiteLLM puts into its metadata. */
function groupOf(said: Fields): string | null {
  const hidden = fieldsOf(fieldsOf(said["metadata"])["hidden_params"]);
  return textOf(fieldsOf(hidden["additional_headers"])["x-litellm-model-group"]);
}

/** Parameters that are left out: they are LiteLLM's own, and tell nothing about the call. */
const unsaid = new Set(["stream", "max_retries", "extra_body", "stream_options", "messages", "shared_session"]);

function parametersOf(said: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(fieldsOf(said)).filter(([name, value]) => !unsaid.has(name) && value !== null);
  return Object.fromEntries(entries.map(([name, value]) => [name, textOf(value) ?? JSON.stringify(value)]));
}
