import { fieldsOf, numberOf, textOf } from "../model/fields.ts";
import { parseJson } from "../platform/json.ts";

/** The APIs whose calls cost something, and whose answers can be read. */
export type Api = "chat" | "responses" | "messages" | "completions" | "embeddings";

const paths: readonly (readonly [RegExp, Api])[] = [
  [/^(?:\/v1)?\/chat\/completions$/, "chat"],
  [/^(?:\/v1)?\/responses$/, "responses"],
  [/^(?:\/v1)?\/messages$/, "messages"],
  [/^(?:\/v1)?\/completions$/, "completions"],
  [/^(?:\/v1)?\/embeddings$/, "embeddings"],
];

/** The API that a request calls; null for a request that calls none of them. */
export function apiOf(method: string, target: string): Api | null {
  if (method !== "POST") return null;
  const path = target.split("?", 1)[0] ?? "";
  return paths.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

/** What a request asks for, as far as it matters for its cost and its trace. */
export interface Question {
  readonly model: string | null;
  readonly stream: boolean;
  /** The most tokens that it lets the model answer with; null where it sets no bound. */
  readonly mostAnswer: number | null;
  /** Estimated tokens of the prompt: one for every four characters, a thousand for a picture. */
  readonly promptTokens: number;
  /** The trace id that the program asked for; null where it asked for none. */
  readonly traceId: string | null;
}

export function readQuestion(json: unknown): Question {
  const fields = fieldsOf(json);
  const limits = [fields["max_completion_tokens"], fields["max_tokens"], fields["max_output_tokens"]];
  const limit = limits.map(numberOf).find((value) => value !== null) ?? null;
  const answers = numberOf(fields["n"]) ?? 1;
  return {
    model: textOf(fields["model"]),
    stream: fields["stream"] === true,
    mostAnswer: limit === null ? null : limit * answers,
    promptTokens: Math.ceil(asking.reduce((sum, name) => sum + lettersIn(fields[name]), 0) / 4),
    traceId: textOf(fieldsOf(fields["metadata"])["trace_id"]) ?? textOf(fields["litellm_trace_id"]),
  };
}

const asking = ["messages", "input", "prompt", "instructions", "system", "tools", "response_format"];
const lettersOfPicture = 4_000;

function lettersIn(value: unknown): number {
  if (typeof value === "string") return /^data:[a-z]+\//.test(value) ? lettersOfPicture : value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce<number>((sum, part) => sum + lettersIn(part), 0);
}

/** JSON of a body; undefined where it is none. */
export function jsonOf(body: Buffer | null): unknown {
  return body === null ? undefined : parseJson(body.toString("utf8"));
}

/** Why a call is not answered, in the form that each API's clients read. */
export interface Refusal {
  readonly status: number;
  /** Such as rate_limit_error. */
  readonly type: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function refusalBody(api: Api | null, { type, message, status }: Refusal): string {
  const error = { message, type, param: null, code: String(status) };
  return JSON.stringify(api === "messages" ? { type: "error", error: { type, message } } : { error });
}
