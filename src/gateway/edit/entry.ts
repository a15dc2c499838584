import type { Fields } from "../shape.ts";
import type { ListStyle } from "./model-list.ts";
import { yamlText } from "./yaml-source.ts";

/** One parameter as LiteLLM takes it. */
export type Param = string | boolean | readonly string[];

/** An entry to be: its public name, its parameters in order, and what LiteLLM should know of the model. */
export interface NewEntry {
  readonly name: string;
  readonly params: Readonly<Record<string, Param>>;
  readonly info: Readonly<Record<string, string>>;
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
