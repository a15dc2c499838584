import { type Fields, isRecord } from "../model/fields.ts";
import { keyVariables, prefixOf } from "./providers.ts";
import type { Provider, Route } from "./routes.ts";
import type { Path, Problems } from "./shape.ts";

const prefixes: Readonly<Record<string, Provider>> = {
  azure: "azure",
  groq: "groq",
  openai: "openai",
  anthropic: "anthropic",
  vllm: "vllm",
  hosted_vllm: "vllm",
};

/** Reads one entry of `model_list`; null, with the reason in `problems`, where it lacks what a route needs. */
export function readRoute(entry: unknown, path: Path, line: number, problems: Problems): Route | null {
  const fields = problems.map(entry, path);
  if (fields !== entry) return null;
  const name = problems.text(fields["model_name"], [...path, "model_name"]);
  const params = problems.map(fields["litellm_params"], [...path, "litellm_params"]);
  const info = problems.optionalMap(fields["model_info"], [...path, "model_info"]);
  if (params !== fields["litellm_params"]) return null;
  // With an unquoted date LiteLLM would start without this route, and say so only in its log.
  problems.noDate(params["api_version"], [...path, "litellm_params", "api_version"]);
  const upstream = problems.text(params["model"], [...path, "litellm_params", "model"]);
  if (name === null || upstream === null) return null;
  const provider = providerOf(upstream, params);
  return {
    name,
    provider,
    upstream,
    keyVariables: [...new Set([...references(params), ...impliedVariables(provider, upstream, params)])],
    mode: modeOf(info["mode"], `${name} ${upstream}`),
    apiBase: typeof params["api_base"] === "string" ? params["api_base"] : null,
    mock: params["mock_response"] !== undefined && params["mock_response"] !== null,
    line,
  };
}

function providerOf(upstream: string, params: Fields): Provider {
  const named = params["custom_llm_provider"];
  const prefix = typeof named === "string" ? named : prefixOf(upstream);
  if (prefix === "openai" && isSet(params["api_base"]) && !isOpenAi(params["api_base"])) return "vllm";
  if (prefix !== undefined) return prefixes[prefix] ?? "other";
  if (upstream.startsWith("claude-")) return "anthropic";
  return /^(gpt-|o\d|chatgpt-|text-embedding-)/.test(upstream) ? "openai" : "other";
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isOpenAi(base: unknown): boolean {
  return typeof base === "string" && /^https:\/\/([\w-]+\.)*openai\.com(\/|$)/.test(base);
}

/** Every `os.environ/NAME` in the parameters, in reading order. */
function references(value: unknown): readonly string[] {
  if (typeof value === "string") return value.startsWith("os.environ/") ? [value.slice("os.environ/".length)] : [];
  if (Array.isArray(value)) return value.flatMap(references);
  return isRecord(value) ? Object.values(value).flatMap(references) : [];
}

/** The variables that LiteLLM reads by itself where the entry sets no `api_key` or `api_base`. */
function impliedVariables(provider: Provider, upstream: string, params: Fields): readonly string[] {
  const key = provider === "vllm" ? undefined : (keyVariables[provider] ?? keyVariables[prefixOf(upstream) ?? ""]);
  const implied: string[] = [];
  if (key !== undefined && !isSet(params["api_key"])) implied.push(key);
  if (provider === "azure" && !isSet(params["api_base"])) implied.push("AZURE_API_BASE");
  return implied;
}

function modeOf(mode: unknown, names: string): Route["mode"] {
  if (mode === "chat" || mode === "embedding") return mode;
  if (typeof mode === "string") return "other";
  if (/embed/i.test(names)) return "embedding";
  return /whisper|transcri|\btts\b|dall-e|image|rerank|moderation/i.test(names) ? "other" : "chat";
}
