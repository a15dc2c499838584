import { isAbort, systemCode } from "../errors/describe.ts";
import { maskKeys } from "../litellm/failure.ts";
import { fieldsOf, textOf } from "../model/fields.ts";
import { HttpTimeout, httpGet } from "../platform/http.ts";
import { parseJson } from "../platform/json.ts";
import { cut } from "../platform/text.ts";

/** What a provider says of a key at its free endpoint. */
export type KeyVerdict =
  | { readonly state: "accepted"; readonly remark: string | null }
  | { readonly state: "refused"; readonly words: string }
  /** Not known: no free endpoint, no network, or an answer of another kind. */
  | { readonly state: "unknown"; readonly why: string };

type Variables = Readonly<Record<string, string | undefined>>;

interface Question {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const limitMs = 5_000;

/**
 * Asks the provider whether it accepts its key, at the address that LiteLLM would use. The call is free. Throws the
 * signal's reason.
 */
export async function askProvider(provider: string, variables: Variables, signal: AbortSignal): Promise<KeyVerdict> {
  const question = questionFor(provider, variables);
  if (question === null) return { state: "unknown", why: "it has no free endpoint" };
  try {
    const { status, text } = await httpGet(question.url, signal, { headers: question.headers, limitMs });
    return verdictOf(status, text);
  } catch (error) {
    if (signal.aborted || isAbort(error)) throw error;
    const why = error instanceof HttpTimeout ? error.message : (systemCode(error) ?? "no answer");
    return { state: "unknown", why };
  }
}

function questionFor(provider: string, variables: Variables): Question | null {
  const value = (name: string): string => variables[name]?.trim() ?? "";
  const base = (name: string, usual: string): string => (value(name) || usual).replace(/\/+$/, "");
  switch (provider) {
    case "openai":
      return bearer(`${base("OPENAI_API_BASE", "https://api.openai.com/v1")}/models`, value("OPENAI_API_KEY"));
    case "groq":
      return bearer(`${base("GROQ_API_BASE", "https://api.groq.com/openai/v1")}/models`, value("GROQ_API_KEY"));
    case "anthropic":
      return {
        url: `${base("ANTHROPIC_API_BASE", "https://api.anthropic.com")}/v1/models?limit=1`,
        headers: { "x-api-key": value("ANTHROPIC_API_KEY"), "anthropic-version": "2023-06-01" },
      };
    case "azure":
      return {
        url: `${base("AZURE_API_BASE", "")}/openai/models?api-version=2024-10-21`,
        headers: { "api-key": value("AZURE_API_KEY") },
      };
    default:
      return null;
  }
}

function bearer(url: string, key: string): Question {
  return { url, headers: { authorization: `Bearer ${key}` } };
}

function verdictOf(status: number, text: string): KeyVerdict {
  if (status === 200) return { state: "accepted", remark: null };
  if (status === 429) return { state: "accepted", remark: "it takes no more calls for now" };
  if (status === 401 || status === 403) return { state: "refused", words: `${status}: ${wordsIn(text)}` };
  return { state: "unknown", why: `it answers ${status}` };
}

function wordsIn(text: string): string {
  const body = fieldsOf(parseJson(text));
  const error = fieldsOf(body["error"]);
  const words = textOf(error["message"]) ?? textOf(body["message"]) ?? textOf(body["error"]) ?? "no reason given";
  return cut(maskKeys(words).replace(/\s+/g, " "), 160);
}
