import { isScalar, type Node } from "yaml";
import { GoatError } from "../../errors/goat-error.ts";
import { type Fields, isRecord } from "../../model/fields.ts";
import { nearest } from "../../platform/text.ts";
import { readRoute } from "../route-entry.ts";
import type { Route } from "../routes.ts";
import { createProblems } from "../shape.ts";
import { commentOut, type DisabledEntry, disabledEntries } from "./disabled.ts";
import { type ConfigText, cannotEdit, type ListItem, readModelList } from "./model-list.ts";
import { verified } from "./verify.ts";
import { fieldOf, yamlText } from "./yaml-source.ts";

/** Entries of a config that are commented out; nothing else of it is parsed. */
export function disabledModels({ text }: ConfigText): readonly DisabledEntry[] {
  return disabledEntries(text, firstIndent(text));
}

/** The column at which the list's entries begin; null where it has none. */
function firstIndent(text: string): number | null {
  return /^model_list\s*:[\s\S]*?^( *)- /m.exec(text)?.[1]?.length ?? null;
}

/** The routes that the commented-out entries would make; an entry with an alias to the rest of the file is left out. */
export function disabledRoutes(config: ConfigText): readonly Route[] {
  return disabledModels(config).flatMap(({ data, line }) => readRoute(data, [], line, createProblems()) ?? []);
}

/**
 * The config with the commented-out entry of this name put back into use. Throws usage where there is none,
 * gateway-config-invalid where the text cannot be edited.
 */
export function enableModel(config: ConfigText, name: string): string {
  const { items } = readModelList(config);
  const disabled = disabledEntries(config.text, indentOf(items));
  const found = disabled.find((entry) => entry.name === name);
  if (found === undefined) throw notDisabled(config, name, items, disabled);
  const text = config.text.slice(0, found.start) + found.bare + config.text.slice(found.end);
  const added = readModelList({ ...config, text }).items.filter(({ start }) => start === found.start);
  return verified(config, text, { added: added.map(({ data }) => data), removed: [] });
}

function indentOf(items: readonly ListItem[]): number | null {
  return items.find(({ indent }) => indent !== null)?.indent ?? null;
}

function notDisabled(
  { path }: ConfigText,
  name: string,
  items: readonly ListItem[],
  disabled: readonly { readonly name: string }[],
): GoatError {
  if (items.some((item) => item.name === name)) return new GoatError("usage", `${name} is in use in ${path} already`);
  const near = nearest(
    name,
    disabled.map((entry) => entry.name),
  );
  return new GoatError("usage", `${path} has no ${name} that is commented out`, {
    fixes: [
      near === undefined
        ? { command: "goat-dev models", effect: "shows all, with what is commented out" }
        : { command: `goat-dev models enable ${near}`, effect: "perhaps this was meant" },
    ],
  });
}

/** The config with every entry of this name commented out, line by line. Throws usage, gateway-config-invalid. */
export function disableModel(config: ConfigText, name: string): string {
  const { items, source } = readModelList(config);
  const doomed = items.filter((item) => item.name === name);
  if (doomed.length === 0) throw unknownModel(config, name, items);
  const text = doomed.reduceRight((current, item) => {
    const { start, end, indent } = item;
    const commented = indent === null ? null : commentOut(current.slice(start, end), indent);
    if (commented === null) {
      throw cannotEdit(config.path, source.placeAt(start), `${name} cannot be commented out line by line`);
    }
    return current.slice(0, start) + commented + current.slice(end);
  }, config.text);
  return verified(config, text, { added: [], removed: doomed.map(({ data }) => data) });
}

/** The error for a name that no entry has; it suggests the nearest name. */
function unknownModel({ path }: ConfigText, name: string, items: readonly { readonly name: string }[]): GoatError {
  const near = nearest(
    name,
    items.map((item) => item.name),
  );
  return new GoatError("usage", `${path} has no ${name}${near === undefined ? "" : `; did you mean ${near}?`}`, {
    fixes: [{ command: "goat-dev models", effect: "shows all" }],
  });
}

/** The config with another `api_base` in every entry of this name. Throws usage, gateway-config-invalid. */
export function setApiBase(config: ConfigText, name: string, apiBase: string): string {
  const { items, source } = readModelList(config);
  const chosen = items.filter((item) => item.name === name);
  if (chosen.length === 0) throw unknownModel(config, name, items);
  const text = chosen.reduceRight((current, item) => {
    const value: Node | null | undefined = fieldOf(fieldOf(item.node, "litellm_params")?.value, "api_base")?.value;
    const [start, end] = value?.range ?? [];
    if (!isScalar(value) || start === undefined || end === undefined) {
      throw cannotEdit(config.path, source.placeAt(item.start), `${name} has no api_base of its own`);
    }
    return current.slice(0, start) + yamlText(apiBase) + current.slice(end);
  }, config.text);
  const moved = chosen.map(({ data }): Fields => {
    const params = isRecord(data["litellm_params"]) ? data["litellm_params"] : {};
    return { ...data, litellm_params: { ...params, api_base: apiBase } };
  });
  return verified(config, text, { added: moved, removed: chosen.map(({ data }) => data) });
}
