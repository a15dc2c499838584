import { isMap, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from "yaml";
import { GoatError } from "../../errors/goat-error.ts";
import { isRecord } from "../../model/fields.ts";
import { insertFlowItem, insertLines } from "./lines.ts";
import type { ConfigText } from "./model-list.ts";
import { contentEnd, dashesOf, fieldOf, parseSource, scalarsOf, type YamlSource } from "./yaml-source.ts";

/** Names of the variables in a service's `environment` in this file; null where the service has none. */
export function variablesPassed({ text }: ConfigText, service: string): readonly string[] | null {
  const value: unknown = environmentOf(parseSource(text, "1.2"), service);
  if (isSeq(value)) return value.items.map((item) => String(isScalar(item) ? item.value : "").split("=", 1)[0] ?? "");
  return isMap(value) ? value.items.map(({ key }) => String(isScalar(key) ? key.value : "")) : null;
}

function environmentOf(source: YamlSource, service: string): Node | null | undefined {
  return fieldOf(fieldOf(fieldOf(source.document.contents, "services")?.value, service)?.value, "environment")?.value;
}

/**
 * The Compose file's text with one more variable passed to a service, placed behind those that are listed without a
 * value. Throws compose-invalid.
 */
export function passVariable(file: ConfigText, service: string, name: string): string {
  if (variablesPassed(file, service)?.includes(name) === true) return file.text;
  const source = parseSource(file.text, "1.2");
  const environment: unknown = environmentOf(source, service);
  const text = isSeq(environment)
    ? intoList(source, environment, name)
    : isMap(environment)
      ? intoMap(source, environment, name)
      : null;
  if (text === null || !isPassed({ ...file, text }, service, name)) {
    throw new GoatError("compose-invalid", `${file.path} cannot be edited to pass ${name} on; nothing was written`, {
      fixes: [{ command: `$EDITOR ${file.path}`, effect: `adds ${name} under ${service}: environment: by hand` }],
    });
  }
  return text;
}

/** The text with one more entry in a list, behind the last entry that is not `name=value`. */
export function intoList({ text, lines }: YamlSource, list: YAMLSeq, name: string): string | null {
  if (list.flow === true) return insertFlowItem(text, flowOf(list), name);
  const isBare = (item: unknown): boolean => isScalar(item) && !String(item.value).includes("=");
  const bare = list.items.findLastIndex(isBare);
  const index = bare === -1 ? list.items.length - 1 : bare;
  const [item, dash] = [list.items[index] as Node | undefined, dashesOf(list)[index]];
  if (item === undefined || dash === undefined) return null;
  const begin = text.slice(lines.startOf(dash), item.range?.[0] ?? dash);
  return insertLines(text, lines.endOf(contentEnd(item)), [begin + name]);
}

function flowOf(list: YAMLSeq) {
  return {
    open: list.range?.[0] ?? 0,
    items: list.items.map((item) => ({ start: (item as Node).range?.[0] ?? 0, end: (item as Node).range?.[1] ?? 0 })),
  };
}

function intoMap({ text, lines }: YamlSource, map: YAMLMap, name: string): string | null {
  const isBare = ({ value }: { readonly value: unknown }): boolean => isScalar(value) && value.value === null;
  if (map.flow === true) {
    const items = map.items.map((pair) => ({ start: (pair.key as Node).range?.[0] ?? 0, end: contentEnd(pair) }));
    return insertFlowItem(text, { open: map.range?.[0] ?? 0, items }, `${name}: null`);
  }
  const pair = map.items.findLast(isBare) ?? map.items.at(-1);
  const key = pair?.key as Node | undefined;
  if (pair === undefined || key === undefined) return null;
  const margin = text.slice(lines.startOf(key.range?.[0] ?? 0), key.range?.[0] ?? 0);
  return insertLines(text, lines.endOf(contentEnd(pair)), [`${margin}${name}:`]);
}

/** True where the edited file still parses and passes the variable exactly once. */
function isPassed(file: ConfigText, service: string, name: string): boolean {
  return (
    parseSource(file.text, "1.2").document.errors.length === 0 &&
    (variablesPassed(file, service)?.filter((other) => other === name).length ?? 0) === 1
  );
}

/** The text of an .env template with one more, empty variable, placed behind the last empty key. */
export function addToTemplate(text: string, name: string): string {
  const parts = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  if (parts.some((line) => new RegExp(`^(?:# ?)?(?:export )?${name}=`).test(line))) return text;
  const last = parts.findLastIndex((line) => /^[A-Z0-9_]*(?:KEY|BASE|TOKEN|SECRET)=\r?\n?$/.test(line));
  const at = last === -1 ? text.length : parts.slice(0, last + 1).join("").length;
  return insertLines(text, at, [`${name}=`]);
}

/**
 * The text of the cloud's list of secrets with one more variable in one secret. Throws usage where that secret has no
 * list.
 */
export function addToSecret(file: ConfigText, secret: string, name: string): string {
  const source = parseSource(file.text, "1.2");
  const list: unknown = fieldOf(fieldOf(source.document.contents, "secrets")?.value, secret)?.value;
  const tree: unknown = source.document.errors.length === 0 ? source.data() : null;
  if (!isSeq(list) || !isRecord(tree)) {
    throw new GoatError("usage", `${file.path} has no list of variables for ${secret}; nothing was written`, {
      fixes: [{ command: `$EDITOR ${file.path}`, effect: `a list under "secrets": { "${secret}": [] }` }],
    });
  }
  if (list.items.some((item) => isScalar(item) && item.value === name)) return file.text;
  return insertFlowItem(file.text, flowOf(list), JSON.stringify(name));
}

/** Every variable that the cloud's secrets hold; null where the list cannot be read. */
export function variablesInSecrets({ text }: ConfigText): readonly string[] | null {
  const source = parseSource(text, "1.2");
  const secrets = fieldOf(source.document.contents, "secrets")?.value;
  if (source.document.errors.length > 0 || secrets === undefined) return null;
  return scalarsOf(secrets).flatMap(({ value }) => (typeof value === "string" ? [value] : []));
}
