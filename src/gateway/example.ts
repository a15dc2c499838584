import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { GoatError } from "../errors/goat-error.ts";
import { readFailure } from "../litellm/failure.ts";
import { costOf, pricesByName } from "../litellm/model-info.ts";
import { type Fields, isRecord, numberOf, textOf } from "../model/fields.ts";
import { type RunResult, run } from "../platform/process.ts";
import { type GatewayAccess, modelInfo, unreachable } from "./access.ts";
import { exampleBroken, explainFailure } from "./refusals.ts";
import type { ModelChoice } from "./routes.ts";

export interface ExampleAnswer {
  readonly model: string;
  readonly text: string;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly totalTokens: number | null;
  /** US dollars; null where the gateway knows no price. */
  readonly costUsd: number | null;
  /** LiteLLM's id of the call. */
  readonly callId: string | null;
  /** The id of the call's trace in Langfuse. */
  readonly traceId: string;
  /** From sending the request to the end of the answer. */
  readonly durationMs: number;
}

export interface ExampleRequest {
  readonly access: GatewayAccess;
  readonly choice: ModelChoice;
  /** Path of the Node.js program. */
  readonly node: string;
  /** This process's environment, of which the example gets what every program needs and no more. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Path of the compiled example; the shipped one where left out. */
  readonly script?: string;
  /** The answer as it streams in. */
  onText?(text: string): void;
}

const harmless = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"];

/**
 * Runs the shipped example client as a program of its own, which is told nothing of the gateway but OPENAI_BASE_URL,
 * OPENAI_API_KEY and EVAL_MODEL. Throws provider-refused, gateway-refused, example-failed, or the signal's reason.
 */
export async function runExample(request: ExampleRequest): Promise<ExampleAnswer> {
  const { access, choice, onText } = request;
  const result = await run(request.node, [request.script ?? shippedScript(), "--json"], {
    env: environmentFor(request),
    signal: request.signal,
    onData: (stream, text) => {
      if (stream === "stderr") onText?.(text);
    },
  });
  const said = lastLine(result.stdout);
  if (said === null) throw exampleBroken(endOf(result), result.stderr);
  if (isRecord(said["error"])) throw failureOf(said["error"], access, choice);
  const answer = readAnswer(said, choice.model);
  if (answer === null) throw exampleBroken("said something else than an answer", result.stdout);
  return answer.costUsd === null ? { ...answer, costUsd: await priceOf(answer, request) } : answer;
}

/**
 * The script in dist contains the openai package; a clone without dist has only the script compiled beside its source.
 */
function shippedScript(): string {
  const places = ["dist/example/main.js", "templates/example/example.js"];
  const paths = places.map((place) => fileURLToPath(new URL(`../../${place}`, import.meta.url)));
  return paths.find((path) => existsSync(path)) ?? paths.join(", ");
}

function environmentFor({ access, choice, environment }: ExampleRequest): Readonly<Record<string, string>> {
  const common = harmless.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(common),
    OPENAI_BASE_URL: access.baseUrl,
    OPENAI_API_KEY: access.key,
    EVAL_MODEL: choice.model,
  };
}

function lastLine(output: string): Fields | null {
  try {
    const value: unknown = JSON.parse(output.trimEnd().split("\n").at(-1) ?? "");
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function endOf(result: RunResult): string {
  if (result.startError !== null) return `could not start (${result.startError})`;
  return result.endedBy === null ? `exited with status ${result.exitCode}` : `was ended by ${result.endedBy}`;
}

/**
 * The error for what the example client reports of a failed call: the class of its error and, if there was an answer,
 * the status, type, message and LiteLLM's id of the call.
 */
function failureOf(error: Fields, access: GatewayAccess, choice: ModelChoice): GoatError {
  const message = textOf(error["message"]) ?? "no reason given";
  if (textOf(error["name"])?.startsWith("APIConnection") === true) return unreachable(access, message);
  const facts = readFailure(numberOf(error["status"]), error);
  // Without status and call id there was no answer at all; a failure in the middle of a stream lacks the status only.
  if (facts.status === null && textOf(error["callId"]) === null) return exampleBroken("failed", message);
  return explainFailure(facts, access, choice);
}

function readAnswer(said: Fields, model: string): ExampleAnswer | null {
  const answer = textOf(said["text"]);
  const traceId = textOf(said["traceId"]);
  if (answer === null || traceId === null) return null;
  return {
    model,
    text: answer,
    promptTokens: numberOf(said["promptTokens"]),
    completionTokens: numberOf(said["completionTokens"]),
    totalTokens: numberOf(said["totalTokens"]),
    costUsd: numberOf(said["costUsd"]),
    callId: textOf(said["callId"]),
    traceId,
    durationMs: numberOf(said["durationMs"]) ?? 0,
  };
}

/**
 * The cost by the gateway's price list, because older LiteLLM does not put it into a stream; null where the list has no
 * price.
 */
async function priceOf(answer: ExampleAnswer, { access, signal }: ExampleRequest): Promise<number | null> {
  const { promptTokens, completionTokens } = answer;
  if (promptTokens === null || completionTokens === null) return null;
  const infos = await modelInfo(access, signal).catch((error: unknown) => {
    if (error instanceof GoatError) return [];
    throw error;
  });
  const usage = { prompt_tokens: promptTokens, completion_tokens: completionTokens };
  return costOf(usage, pricesByName(infos).get(answer.model));
}
