import { GoatError } from "../../errors/goat-error.ts";
import type { Fields } from "../../model/fields.ts";
import { list, nearest } from "../../platform/text.ts";
import { keyVariables, prefixOf } from "../providers.ts";
import type { ListStyle } from "./model-list.ts";
import { yamlText } from "./yaml-source.ts";

export interface EntryRequest {
  readonly name: string;
  /** provider/model, as LiteLLM takes it. */
  readonly route: string;
  readonly apiBase: string | undefined;
  /** The variable that holds the key. */
  readonly key: string | undefined;
  readonly apiVersion: string | undefined;
  readonly baseModel: string | undefined;
  readonly mode: string | undefined;
  /** True for a vLLM server, whose GPU may sleep while nobody calls it. */
  readonly vllm: boolean;
}

/**
 * An entry that is not written yet: its public name, its parameters in order, and what LiteLLM should know of the
 * model.
 */
export interface NewEntry {
  readonly name: string;
  readonly params: Readonly<Record<string, Param>>;
  readonly info: Readonly<Record<string, string>>;
}

/** One parameter as LiteLLM takes it. */
type Param = string | boolean | readonly string[];

const help = ["goat-dev models add --help", "all options, with examples"] as const;

/**
 * The first parameter keeps LiteLLM from asking the server for its models every five minutes, which would never let its
 * GPU sleep. The second keeps the first from being sent on to vLLM.
 */
const asleep: Readonly<Record<string, Param>> = {
  use_clientside_credentials: true,
  additional_drop_params: ["use_clientside_credentials"],
};

const reference = "os.environ/";

/**
 * Builds the entry that the options of `models add` ask for. Throws usage; its message does not repeat a secret that
 * was typed.
 */
export function newEntry(request: EntryRequest): NewEntry {
  checkName(request.name);
  const { route } = request;
  const prefix = prefixOf(route);
  if (prefix === undefined || !/^[\w.-]+(?:\/[\w.:@+-]+)+$/.test(route) || looksLikeKey(route)) {
    throw bad("--route is provider/model, such as anthropic/claude-sonnet-4-5", help);
  }
  const apiBase = request.apiBase === undefined ? undefined : address("--api-base", request.apiBase);
  const key = request.key === undefined ? undefined : keyReference(request.key);
  const known = keyVariables[prefix];
  if (known === undefined && apiBase === undefined) throw unknownPrefix(prefix, request.name);
  const info = infoOf(request);
  if (prefix === "azure") return { name: request.name, params: azure(request, apiBase, key), info };
  if (apiBase !== undefined) {
    const params = { ...elsewhere(route, known, apiBase, key), ...(request.vllm ? asleep : {}) };
    return { name: request.name, params, info };
  }
  return { name: request.name, params: { model: route, api_key: key ?? `${reference}${known}` }, info };
}

/** Throws usage where a model's name has other characters than these, or looks like a key. */
function checkName(name: string): void {
  if (/^[\w][\w.:/@+*-]{0,127}$/.test(name) && !looksLikeKey(name)) return;
  throw bad("a model's name is letters, digits and . _ - / : @ + *, without spaces", help);
}

/** True for text that looks like a provider's key, which belongs in .env. */
function looksLikeKey(text: string): boolean {
  return /(?:^|[^a-z])(?:sk|gsk|pk|xai)[-_][\w-]{12,}/i.test(text) || /^[0-9a-f]{32,}$/i.test(text);
}

function bad(message: string, ...fixes: readonly (readonly [string, string])[]): GoatError {
  return new GoatError("usage", message, { fixes: fixes.map(([command, effect]) => ({ command, effect })) });
}

function keyReference(text: string): string {
  const name = text.startsWith(reference) ? text.slice(reference.length) : text;
  if (/^[A-Z_][A-Z0-9_]*$/.test(name) && !looksLikeKey(name)) return reference + name;
  throw bad("--key is the name of a variable, such as MISTRAL_API_KEY: the key itself belongs in .env", help);
}

function unknownPrefix(prefix: string, name: string): GoatError {
  const known = Object.keys(keyVariables);
  const near = nearest(prefix, known);
  const meant = near === undefined ? `known are ${list(known)}` : `did you mean ${near}?`;
  return bad(
    `${prefix}/ is no provider that goat-dev knows; ${meant}`,
    [
      `goat-dev models add ${name} --route ${prefix}/… --api-base https://…`,
      "for a server that speaks OpenAI's protocol",
    ],
    help,
  );
}

function infoOf({ baseModel, mode }: EntryRequest): Readonly<Record<string, string>> {
  if (mode !== undefined && mode !== "chat" && mode !== "embedding") throw bad("--mode is chat or embedding", help);
  if (baseModel !== undefined && !/^[\w./:@-]+$/.test(baseModel)) {
    throw bad("--base-model is a name of LiteLLM's price list, such as azure/gpt-4o-mini", help);
  }
  return { ...(baseModel === undefined ? {} : { base_model: baseModel }), ...(mode === undefined ? {} : { mode }) };
}

/** The newest API version that all of Azure's models accept. */
const azureVersion = "2024-06-01";

function azure({ route, apiVersion }: EntryRequest, apiBase: string | undefined, key: string | undefined) {
  return {
    model: route,
    api_key: key ?? `${reference}AZURE_API_KEY`,
    api_base: apiBase ?? `${reference}AZURE_API_BASE`,
    api_version: apiVersion ?? azureVersion,
  };
}

/**
 * Parameters for a server of the user's own. A prefix that is not in `keyVariables` counts as OpenAI's protocol, and a
 * provider's key is sent to this address only where the user names it.
 */
function elsewhere(route: string, known: string | undefined, apiBase: string, key: string | undefined) {
  return {
    model: known === undefined && prefixOf(route) !== "hosted_vllm" ? `openai/${route}` : route,
    api_base: apiBase,
    api_key: key ?? "not-needed",
  };
}

/** The variables that an entry refers to. */
export function variablesOf({ params }: NewEntry): readonly string[] {
  return Object.values(params).flatMap((value) =>
    typeof value === "string" && value.startsWith(reference) ? [value.slice(reference.length)] : [],
  );
}

/**
 * Checks an option's value and returns it without trailing slashes: an http(s) address without a log-in or key, or
 * `os.environ/` with the name of a variable that holds one. Throws usage.
 */
export function address(option: string, text: string): string {
  if (text.startsWith(reference)) return keyReference(text);
  const url = URL.canParse(text) ? new URL(text) : null;
  const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
  if (url === null || !isWeb || /\s/.test(text)) throw bad(`${option} is an address, such as https://host/v1`, help);
  const isSecret = url.username !== "" || url.password !== "" || url.search !== "" || looksLikeKey(text);
  if (isSecret)
    throw bad(`${option} holds a log-in or a key: put that into .env, and name its variable with --key`, help);
  return text.replace(/\/+$/, "");
}

/** The entry as the config's data has it. */
export function entryData({ name, params, info }: NewEntry): Fields {
  return {
    model_name: name,
    litellm_params: { ...params },
    ...(Object.keys(info).length === 0 ? {} : { model_info: { ...info } }),
  };
}

/** The entry's lines in a list's own layout. */
export function entryLines({ name, params, info }: NewEntry, { indent, gap, step }: ListStyle): readonly string[] {
  const nested = " ".repeat(step);
  const fields = [...block("litellm_params", params, nested), ...block("model_info", info, nested)];
  const margin = " ".repeat(indent);
  const inner = margin + " ".repeat(1 + gap);
  return [`${margin}-${" ".repeat(gap)}model_name: ${yamlText(name)}`, ...fields.map((line) => inner + line)];
}

function block(name: string, fields: Readonly<Record<string, Param>>, step: string): readonly string[] {
  const entries = Object.entries(fields);
  return entries.length === 0 ? [] : [`${name}:`, ...entries.map(([key, value]) => `${step}${key}: ${written(value)}`)];
}

/** `not-needed` is quoted as people write it, so that nobody takes it for a setting. */
function written(value: Param): string {
  return typeof value !== "string" || value === "not-needed" ? JSON.stringify(value) : yamlText(value);
}
