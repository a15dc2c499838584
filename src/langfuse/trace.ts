import { type Fields, fieldsOf, isRecord, listOf, numberOf, textOf } from "../model/fields.ts";
import { firstWords, readAnswer, readQuestion } from "./conversation.ts";
import { type Generation, type GenerationSummary, readGeneration, readSummary } from "./generation.ts";

/** One trace in a line: what was asked of which model, and what came of it. */
export interface TraceRow {
  readonly id: string;
  /** ISO time. */
  readonly at: string;
  /** What the program called it; null where nobody did. */
  readonly name: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly tags: readonly string[];
  readonly models: readonly string[];
  /** Calls of models: more than one where a program keeps several in one trace. */
  readonly calls: number;
  readonly totalTokens: number | null;
  /** US dollars. */
  readonly costUsd: number | null;
  /** Milliseconds during which at least one model call ran; null where no call's time is known. */
  readonly latencyMs: number | null;
  readonly failed: boolean;
  readonly error: string | null;
  /** The beginning of the question, or else of the answer, in one line. */
  readonly words: string;
}

/** One trace, whole. */
export interface TraceDetail extends TraceRow {
  readonly generations: readonly Generation[];
  /** The path of the trace's page, relative to Langfuse's address. */
  readonly path: string;
  readonly metadata: unknown;
}

/** A trace of the list before its calls are known. */
export interface ListedTrace {
  readonly id: string;
  readonly at: string;
  readonly latencyMs: number;
  readonly observationIds: readonly string[];
  readonly json: Fields;
}

const wordsLength = 160;

export function readListed(json: unknown): ListedTrace | null {
  const said = fieldsOf(json);
  const [id, at] = [textOf(said["id"]), textOf(said["timestamp"])];
  if (id === null || at === null) return null;
  return {
    id,
    at,
    latencyMs: Math.round((numberOf(said["latency"]) ?? 0) * 1000),
    observationIds: listOf(said["observations"]).filter((one) => typeof one === "string"),
    json: said,
  };
}

/** A trace of the list, with the calls that belong to it, in any order. */
export function rowOf(listed: ListedTrace, generations: readonly GenerationSummary[]): TraceRow {
  const said = listed.json;
  const inOrder = generations.toSorted((one, other) => (one.startedAt < other.startedAt ? -1 : 1));
  const errors = inOrder.filter(({ failed }) => failed);
  // LiteLLM may try a call again: what counts is how it ended.
  const failed = inOrder.at(-1)?.failed ?? false;
  return {
    id: listed.id,
    at: listed.at,
    name: nameOf(said),
    userId: textOf(said["userId"]),
    sessionId: textOf(said["sessionId"]),
    tags: tagsOf(said),
    models: [...new Set(inOrder.flatMap(({ model }) => model ?? []))],
    calls: inOrder.length,
    totalTokens: sumOf(inOrder.map(({ totalTokens }) => totalTokens)),
    costUsd: sumOf(inOrder.map(({ costUsd }) => costUsd)),
    latencyMs: waitedMs(inOrder),
    failed,
    error: failed ? (errors.at(-1)?.error ?? null) : null,
    words: wordsOf(said),
  };
}

/** A trace with all that is in it; null where it is none. */
export function readDetail(json: unknown): TraceDetail | null {
  const said = fieldsOf(json);
  const observations = said["observations"];
  const listed = readListed(json);
  if (listed === null || !Array.isArray(observations)) return null;
  const summaries = observations.flatMap((one) => readSummary(one) ?? []);
  const generations = observations
    .flatMap((one) => readGeneration(one) ?? [])
    .sort((one, other) => (one.startedAt < other.startedAt ? -1 : 1));
  return {
    ...rowOf(listed, summaries),
    generations: generations.length === 1 ? generations.map((only) => withTraces(only, said)) : generations,
    path: pathOf(said, listed.id),
    metadata: said["metadata"] ?? null,
  };
}

/** Takes question and answer from the trace where its only call lacks them: some programs set them only there. */
function withTraces(only: Generation, { input, output }: Fields): Generation {
  if (only.messages.length > 0) return only;
  const answer = only.answer.length > 0 || only.failed ? only.answer : readAnswer(output);
  return { ...only, messages: readQuestion(input), answer };
}

export function pathOf(json: unknown, id: string): string {
  const { htmlPath, projectId } = fieldsOf(json);
  const given = textOf(htmlPath);
  if (given?.startsWith("/project/") === true) return given;
  const project = textOf(projectId);
  return project === null ? "/" : `/project/${encodeURIComponent(project)}/traces/${encodeURIComponent(id)}`;
}

/** Null for a name that LiteLLM gave: it names unnamed traces after its own functions, `litellm-…`. */
function nameOf(said: Fields): string | null {
  const name = textOf(said["name"]);
  return name === null || name.startsWith("litellm-") ? null : name;
}

/** Without those that LiteLLM adds itself. */
function tagsOf(said: Fields): readonly string[] {
  return listOf(said["tags"]).filter((tag): tag is string => typeof tag === "string" && !tag.startsWith("User-Agent:"));
}

function wordsOf(said: Fields): string {
  const asked = firstWords(readQuestion(said["input"]), wordsLength);
  return asked === "" && isRecord(said["output"]) ? firstWords(readAnswer(said["output"]), wordsLength) : asked;
}

/** Milliseconds during which at least one call ran: calls of one trace may be hours apart, or overlap. */
function waitedMs(inOrder: readonly GenerationSummary[]): number | null {
  let [waited, until] = [0, Number.NEGATIVE_INFINITY];
  for (const { startedAt, latencyMs } of inOrder) {
    const start = Date.parse(startedAt);
    const end = start + (latencyMs ?? 0);
    waited += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return inOrder.some(({ latencyMs }) => latencyMs !== null) ? waited : null;
}

/** Null where none is known. */
function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}
