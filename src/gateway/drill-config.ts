import { GoatError } from "../errors/goat-error.ts";
import { type Fields, fieldsOf, isRecord, listOf } from "../model/fields.ts";
import { list, nearest } from "../platform/text.ts";
import { readConfigTree } from "./config.ts";

/**
 * How a route can be made to fail: as `mock_response`, these names have LiteLLM raise the error that a provider's
 * failure would cause.
 */
const drillFaults = {
  "429": "litellm.RateLimitError",
  "500": "litellm.InternalServerError",
  "too-long": "litellm.ContextWindowExceededError",
} as const;

export type DrillFault = keyof typeof drillFaults;

export interface DrillConfig {
  readonly text: string;
  /** Fallbacks that the config names for the model, for this kind of failure and in order. */
  readonly fallbacks: readonly string[];
  readonly mode: "chat" | "embedding";
}

/**
 * A copy of the config in which the routes of one model fail as if their provider did. It has no database, and reports
 * its calls to no callback. Throws gateway-config-invalid, and usage where there is no such model.
 */
export function drillConfig(text: string, file: string, model: string, fault: DrillFault): DrillConfig {
  const tree = fieldsOf(readConfigTree(text, file));
  const entries = listOf(tree["model_list"]).map(fieldsOf);
  const own = entries.filter((entry) => entry["model_name"] === model);
  const [first] = own;
  if (first === undefined) throw noSuchModel(model, entries, file);
  const failing = entries.map((entry) => (own.includes(entry) ? withFault(entry, fault) : entry));
  const settings = quiet(fieldsOf(tree["litellm_settings"]));
  const drilled = {
    ...tree,
    model_list: failing,
    litellm_settings: settings,
    general_settings: without(fieldsOf(tree["general_settings"]), ["database_url", "store_model_in_db"]),
  };
  const isEmbedding = fieldsOf(first["model_info"])["mode"] === "embedding";
  return {
    text: `${JSON.stringify(drilled, null, 2)}\n`,
    fallbacks: fallbacksOf([settings, fieldsOf(tree["router_settings"])], model, fault),
    mode: isEmbedding ? "embedding" : "chat",
  };
}

function withFault(entry: Fields, fault: DrillFault): Fields {
  return { ...entry, litellm_params: { ...fieldsOf(entry["litellm_params"]), mock_response: drillFaults[fault] } };
}

function quiet(settings: Fields): Fields {
  return without(settings, ["success_callback", "failure_callback", "callbacks", "max_budget", "budget_duration"]);
}

function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/**
 * LiteLLM reads fallbacks below `litellm_settings` and `router_settings`, as a list of maps from a model to its
 * stand-ins.
 */
function fallbacksOf(places: readonly Fields[], model: string, fault: DrillFault): readonly string[] {
  const name = fault === "too-long" ? "context_window_fallbacks" : "fallbacks";
  const found = places.flatMap((place) => listOf(place[name])).filter(isRecord);
  return found.flatMap((map) => listOf(map[model])).filter((name) => typeof name === "string");
}

function noSuchModel(model: string, entries: readonly Fields[], file: string): GoatError {
  const names = entries.flatMap((entry) => (typeof entry["model_name"] === "string" ? [entry["model_name"]] : []));
  const meant = nearest(model, names);
  return new GoatError("usage", `${file} routes no model ${model}`, {
    evidence: [`it routes ${list([...new Set(names)])}`],
    fixes: [{ command: `goat-dev drill ${meant ?? names[0] ?? "MODEL"}`, effect: "perhaps this was meant" }],
  });
}
