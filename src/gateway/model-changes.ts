import { fieldsOf, textOf } from "../model/fields.ts";
import { decoration } from "../platform/deadline.ts";
import { parseJson } from "../platform/json.ts";
import { list } from "../platform/text.ts";
import { type GatewayAccess, send } from "./access.ts";

/** Model -> the parameters of each of its routes, as the gateway tells them, without keys. */
export type ModelParameters = ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>;

const limitMs = 10_000;

/**
 * Every model's parameters, from /model/info. Null where the gateway does not tell them within 10 s, because a report
 * can do without them. Throws the signal's reason.
 */
export function modelParameters(access: GatewayAccess, signal: AbortSignal): Promise<ModelParameters | null> {
  return decoration(signal, limitMs, async (limited) => {
    const { status, text } = await send(access, { path: "/model/info" }, limited);
    const data = fieldsOf(parseJson(text))["data"];
    if (status !== 200 || !Array.isArray(data)) throw new Error(`/model/info answers ${status}`);
    const models = new Map<string, Readonly<Record<string, unknown>>[]>();
    for (const entry of data.map(fieldsOf)) {
      const name = textOf(entry["model_name"]) ?? "";
      models.set(name, [...(models.get(name) ?? []), fieldsOf(entry["litellm_params"])]);
    }
    return models;
  });
}

/**
 * A line for each model that differs, such as "+ qwen3-4b-local", "- gpt-5-mini" or "gpt-5-nano: api_base"; empty where
 * none does.
 */
export function modelChanges(before: ModelParameters, after: ModelParameters): readonly string[] {
  const added = [...after.keys()].filter((name) => !before.has(name)).map((name) => `+ ${name}`);
  const removed = [...before.keys()].filter((name) => !after.has(name)).map((name) => `- ${name}`);
  const changed = [...after].flatMap(([name, routes]) => {
    const former = before.get(name);
    const fields = former === undefined ? [] : differing(former, routes);
    return fields.length === 0 ? [] : [`${name}: ${list(fields)}`];
  });
  return [...added, ...removed, ...changed];
}

type Routes = readonly Readonly<Record<string, unknown>>[];

function differing(before: Routes, after: Routes): readonly string[] {
  if (before.length !== after.length) return [`${after.length} routes`];
  const fields = after.flatMap((route, index) => {
    const former = before[index] ?? {};
    const names = [...new Set([...Object.keys(former), ...Object.keys(route)])];
    return names.filter((name) => JSON.stringify(former[name]) !== JSON.stringify(route[name]));
  });
  return [...new Set(fields)];
}
