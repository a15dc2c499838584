import { nearest } from "../../platform/text.ts";
import { azureBaseMistake } from "../../project/key-form.ts";
import { fieldOf, fieldsOf, itemsOf, scalarsOf, scalarText } from "../edit/yaml-source.ts";
import { prefixOf } from "../providers.ts";
import { hostName, isLoopback } from "../this-machine.ts";
import { matches } from "../wildcards.ts";
import type { Finder } from "./finder.ts";
import type { Surroundings } from "./finding.ts";
import { cacheTypes, callbackNames, earlyVariables, providerPrefixes, routingStrategies } from "./vocabulary.ts";

/** Finds what is sure to keep LiteLLM from starting, or from serving a model, before it is tried. */
export function obstacles(root: unknown, found: Finder, isThere: (path: string) => boolean): void {
  const settings = fieldOf(root, "litellm_settings")?.value;
  const strategy = fieldOf(fieldOf(root, "router_settings")?.value, "routing_strategy")?.value;
  const cacheType = fieldOf(fieldOf(settings, "cache_params")?.value, "type")?.value;
  oneOf("routing_strategy", strategy, routingStrategies, found);
  oneOf("cache_params.type", cacheType, cacheTypes, found);
  const budget = fieldOf(settings, "max_budget")?.value;
  const amount = scalarText(budget) ?? "0";
  if (Number.isNaN(Number(amount)) && !amount.startsWith("os.environ/")) {
    found.add("error", budget, `max_budget is ${JSON.stringify(amount)}, and has to be a number of US dollars`);
  }
  for (const item of itemsOf(fieldOf(root, "include")?.value)) {
    const path = scalarText(item);
    if (path !== null && !isThere(path)) found.add("error", item, `${path}, which it includes, is not there`);
  }
  const hasOwnProviders = fieldOf(settings, "custom_provider_map") !== undefined;
  for (const params of paramsOf(root)) {
    const model = fieldOf(params, "model")?.value;
    const prefix = prefixOf(scalarText(model) ?? "");
    const isNamed = fieldOf(params, "custom_llm_provider") !== undefined;
    if (prefix === undefined || isNamed || hasOwnProviders || providerPrefixes.includes(prefix)) continue;
    const near = nearest(prefix, providerPrefixes);
    // A prefix that is close to no known one may belong to a newer LiteLLM.
    if (near !== undefined) found.add("error", model, `LiteLLM knows no provider ${prefix}; did you mean ${near}?`);
  }
}

/** Finds settings with which LiteLLM starts, but which then do not do what they say. */
export function surprises(root: unknown, found: Finder, around: Surroundings): void {
  const { inContainer } = around;
  const settings = fieldOf(root, "litellm_settings")?.value;
  checkBudget(root, settings, around, found);
  const router = fieldOf(root, "router_settings")?.value;
  const aliases = fieldOf(router, "model_group_alias")?.value;
  const names = [...modelNames(root), ...fieldsOf(aliases).map(({ name }) => name)];
  checkNames(settings, router, aliases, names, found);
  for (const field of ["success_callback", "failure_callback", "callbacks"]) {
    const value = fieldOf(settings, field)?.value;
    for (const { node } of scalarsOf(value)) checkCallback(node, found);
  }
  const credentials = itemsOf(fieldOf(root, "credential_list")?.value).map((item) =>
    scalarText(fieldOf(item, "credential_name")?.value),
  );
  for (const params of paramsOf(root)) {
    const credential = fieldOf(params, "litellm_credential_name")?.value;
    const name = scalarText(credential);
    if (name !== null && !credentials.includes(name)) {
      found.add(
        "warning",
        credential,
        `${name} is no credential of credential_list: only one kept in the database would do`,
      );
    }
    checkBase(params, found, inContainer);
  }
  for (const { name, key } of fieldsOf(fieldOf(root, "environment_variables")?.value)) {
    if (earlyVariables.includes(name))
      found.add("warning", key, `${name} is read before this file is: set it in the Compose file`);
  }
}

/** Checks that a budget has a database: without one LiteLLM warns once in its log, and lets every call through. */
function checkBudget(root: unknown, settings: unknown, { stateless, variables }: Surroundings, found: Finder): void {
  const budget = fieldOf(settings, "max_budget");
  const url = scalarText(fieldOf(fieldOf(root, "general_settings")?.value, "database_url")?.value);
  const named = url?.startsWith(reference) === true ? [url.slice(reference.length)] : [];
  const isSet = [...named, "DATABASE_URL", "DATABASE_HOST"].some((name) => (variables[name] ?? "") !== "");
  if (budget === undefined || stateless || isSet || (url !== null && named.length === 0)) return;
  found.add("error", budget.key, "max_budget holds nobody back without a database: the gateway has no DATABASE_URL");
}

const reference = "os.environ/";

/** Checks that fallbacks and aliases lead to models of this config. */
function checkNames(
  settings: unknown,
  router: unknown,
  aliases: unknown,
  names: readonly string[],
  found: Finder,
): void {
  const target = (node: unknown): void => {
    const name = scalarText(node);
    if (name === null || names.some((known) => matches(known, name))) return;
    const near = nearest(name, names);
    found.add(
      "error",
      node,
      `${name} is no model of this config${near === undefined ? "" : `; did you mean ${near}?`}`,
    );
  };
  for (const holder of [settings, router]) {
    for (const field of ["fallbacks", "context_window_fallbacks", "content_policy_fallbacks", "default_fallbacks"]) {
      const list = fieldOf(holder, field)?.value;
      // Only a map's values are checked, the stand-ins: its keys may be patterns.
      for (const { node } of scalarsOf(list)) target(node);
    }
  }
  for (const { name } of fieldsOf(aliases)) {
    const value = fieldOf(aliases, name)?.value;
    target(fieldOf(value, "model")?.value ?? value);
  }
}

function checkCallback(node: unknown, found: Finder): void {
  const name = scalarText(node);
  // One with a dot is a module of the user's own.
  if (name === null || name.includes(".") || callbackNames.includes(name)) return;
  const near = nearest(name, callbackNames);
  found.add("warning", node, `LiteLLM knows no callback ${name}${near === undefined ? "" : `; did you mean ${near}?`}`);
}

function checkBase(params: unknown, found: Finder, inContainer: boolean): void {
  const base = fieldOf(params, "api_base")?.value;
  const text = scalarText(base);
  if (text === null || text.startsWith("os.environ/")) return;
  if (inContainer && isLoopback(text)) {
    found.add("warning", base, `inside a container that is the container itself: this machine is ${hostName}`);
  }
  const isAzure = prefixOf(scalarText(fieldOf(params, "model")?.value) ?? "") === "azure";
  const mistake = isAzure ? azureBaseMistake(text) : null;
  if (mistake !== null) found.add("warning", base, `api_base ${mistake}`);
}

function oneOf(name: string, node: unknown, known: readonly string[], found: Finder): void {
  const value = scalarText(node);
  if (value === null || value.startsWith("os.environ/") || known.includes(value)) return;
  const near = nearest(value, known);
  found.add(
    "error",
    node,
    `LiteLLM knows no ${name} ${value}; ${near === undefined ? `there are ${known.join(", ")}` : `did you mean ${near}?`}`,
  );
}

function paramsOf(root: unknown): readonly unknown[] {
  return itemsOf(fieldOf(root, "model_list")?.value).flatMap((item) => fieldOf(item, "litellm_params")?.value ?? []);
}

function modelNames(root: unknown): readonly string[] {
  return itemsOf(fieldOf(root, "model_list")?.value).flatMap(
    (item) => scalarText(fieldOf(item, "model_name")?.value) ?? [],
  );
}
