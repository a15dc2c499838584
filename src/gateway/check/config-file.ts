import { GoatError } from "../../errors/goat-error.ts";
import { unsendable } from "../../litellm/key.ts";
import { list, nearest } from "../../platform/text.ts";
import { readGatewayConfig } from "../config.ts";
import { type ConfigText, readModelList } from "../edit/model-list.ts";
import { fieldOf, fieldsOf, parseSource } from "../edit/yaml-source.ts";
import { createFinder, type Finder } from "./finder.ts";
import type { Finding, Level, Surroundings } from "./finding.ts";
import { obstacles, surprises } from "./truth.ts";
import { checkKeys, checkValues } from "./variables.ts";
import { entryKeys, generalSettings, litellmSettings, requestParams, routeParams, topLevel } from "./vocabulary.ts";

const paramKeys = [...routeParams, ...requestParams];

/** All findings about one config that can be made without asking a gateway or a provider. */
export function checkConfigFile(file: ConfigText, around: Surroundings): readonly Finding[] {
  try {
    readGatewayConfig(file.text, file.path);
  } catch (error) {
    if (error instanceof GoatError) return mistakes(file, error);
    throw error;
  }
  const source = parseSource(file.text, "1.1");
  const root = source.document.contents;
  const found = createFinder(file.path, source);
  unknownKeys(root, topLevel, found, "warning", "LiteLLM reads no such key here");
  misspelt(fieldOf(root, "litellm_settings")?.value, litellmSettings, found);
  misspelt(fieldOf(root, "general_settings")?.value, generalSettings, found);
  const items = fieldOf(root, "model_list") === undefined ? [] : itemsOf(file, found);
  for (const { node } of items) {
    unknownKeys(node, entryKeys, found, "warning", "an entry has no such key");
    unknownKeys(
      fieldOf(node, "litellm_params")?.value,
      paramKeys,
      found,
      "note",
      "is no parameter of LiteLLM that goat-dev knows: it goes to the provider as it is",
    );
  }
  duplicates(items, found);
  obstacles(root, found, around.isThere);
  surprises(root, found, around);
  checkValues(root, around, found);
  checkKeys(root, around, found);
  if (around.stateless && fieldOf(fieldOf(root, "general_settings")?.value, "database_url") !== undefined) {
    found.add(
      "error",
      fieldOf(fieldOf(root, "general_settings")?.value, "database_url")?.key,
      "the cloud's gateway has no database",
    );
  }
  return found.all;
}

/**
 * What keeps LiteLLM from starting with this config, or from serving one of its models. The config must be one that can
 * be read.
 */
export function startObstacles(file: ConfigText, isThere: (path: string) => boolean): readonly Finding[] {
  const source = parseSource(file.text, "1.1");
  const found = createFinder(file.path, source);
  obstacles(source.document.contents, found, isThere);
  return found.all;
}

/** Turns what the config's reader says, lines of `file:line:column message`, into findings. */
function mistakes({ path }: ConfigText, error: GoatError): readonly Finding[] {
  return (error.evidence.length > 0 ? error.evidence : [error.message]).map((line) => {
    const match = /^(.*?:\d+:\d+) (.*)$/s.exec(line);
    return { level: "error", place: match?.[1] ?? path, text: match?.[2] ?? line };
  });
}

function unknownKeys(node: unknown, known: readonly string[], found: Finder, level: Level, why: string): void {
  for (const { name, key } of fieldsOf(node)) {
    if (known.includes(name) || name === "<<") continue;
    const near = nearest(name, known);
    if (near === undefined) found.add(level, key, `${name}: ${why}`);
    else found.add("warning", key, `${name}: ${why}; did you mean ${near}?`);
  }
}

function misspelt(node: unknown, known: readonly string[], found: Finder): void {
  for (const { name, key } of fieldsOf(node)) {
    const near = known.includes(name) ? undefined : nearest(name, known);
    if (near !== undefined) found.add("warning", key, `${name}: did you mean ${near}?`);
  }
}

type Items = ReturnType<typeof readModelList>["items"];

function itemsOf(file: ConfigText, found: Finder): Items {
  try {
    return readModelList(file).items;
  } catch (error) {
    if (!(error instanceof GoatError)) throw error;
    found.add("note", null, `goat-dev cannot edit this file: ${error.message}`);
    return [];
  }
}

function duplicates(items: Items, found: Finder): void {
  for (const [index, { name, node }] of items.entries()) {
    if (items.findIndex((item) => item.name === name) === index) continue;
    found.add("note", node, `${name} stands here again: LiteLLM spreads calls over all entries of one name`);
  }
}

/** What is wrong with the gateway's own key; null where nothing is. */
export function masterKeyProblem(key: string): string | null {
  if (key === "") return "LITELLM_MASTER_KEY is empty: LiteLLM would let everybody in";
  const mistake = unsendable(key);
  if (mistake !== null) return `LITELLM_MASTER_KEY holds ${mistake}, which no HTTP header can carry`;
  if (!key.startsWith("sk-")) return "LITELLM_MASTER_KEY has to begin with sk-, or LiteLLM does not accept it as a key";
  const weak = ["sk-1234"];
  return weak.includes(key) ? `LITELLM_MASTER_KEY is ${list(weak)}, which newer LiteLLM refuses to start with` : null;
}
