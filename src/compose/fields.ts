import type { Report } from "./diagnostics.ts";
import { parseBytes } from "./formats/bytes.ts";
import { parseDuration } from "./formats/duration.ts";
import { isBroken, isNull, type Located, type Mapping, type Scalar } from "./located.ts";

/** A value and the name a user knows it by. Readers report what does not fit and return undefined. */
export interface Field {
  readonly name: string;
  readonly node: Located;
  readonly report: Report;
}

const refuse = ({ name, node, report }: Field, need: string): undefined => {
  if (!isBroken(node)) report.error(node.at, `"${name}" needs ${need}`);
  return undefined;
};

const scalarOf = (field: Field, types: readonly Scalar["type"][], need: string): Scalar | undefined =>
  field.node.kind === "scalar" && types.includes(field.node.type) ? field.node : refuse(field, need);

export const readText = (field: Field): string | undefined => {
  const isWord = field.node.kind === "scalar" && !isNull(field.node);
  return scalarOf(field, ["string"], isWord ? "a text: put it in quotes" : "a text")?.text;
};

/** Texts and numbers, as a text. */
export const readWord = (field: Field): string | undefined =>
  scalarOf(field, ["string", "number"], "a text or a number")?.text;

const truths: ReadonlyMap<string, boolean> = new Map([
  ...["true", "y", "yes", "on"].map((word) => [word, true] as const),
  ...["false", "n", "no", "off"].map((word) => [word, false] as const),
]);

export const readBoolean = (field: Field): boolean | undefined => {
  const node = scalarOf(field, ["boolean", "string"], "true or false");
  if (node === undefined) return undefined;
  const value = truths.get(node.text.toLowerCase());
  return value ?? refuse(field, "true or false");
};

/** A whole number from `min` up, also when it is written as a text. */
export const readInteger = (field: Field, min = 0): number | undefined => {
  const node = scalarOf(field, ["number", "string"], "a whole number");
  if (node === undefined) return undefined;
  const value = /^\+?\d+$/.test(node.text) ? Number(node.text) : Number.NaN;
  return Number.isSafeInteger(value) && value >= min ? value : refuse(field, `a whole number from ${min} up`);
};

export const readDuration = (field: Field): number | undefined => {
  const text = scalarOf(field, ["string"], "a duration with a unit, such as 10s or 1m30s")?.text;
  if (text === undefined) return undefined;
  return parseDuration(text) ?? refuse(field, "a duration such as 10s or 1m30s");
};

export const readBytes = (field: Field): number | undefined => {
  const text = scalarOf(field, ["string", "number"], "a size such as 512m")?.text;
  if (text === undefined) return undefined;
  return parseBytes(text) ?? refuse(field, "a size such as 512m or 1gb");
};

export const readOneOf = <const Choice extends string>(
  field: Field,
  choices: readonly Choice[],
): Choice | undefined => {
  const need = `one of ${choices.join(", ")}`;
  const node = scalarOf(field, ["string", "boolean"], need);
  if (node === undefined) return undefined;
  return choices.find((choice) => choice === node.text) ?? refuse(field, need);
};

/** The items of a list; nothing (`key:`) counts as an empty one. */
export const readItems = (field: Field): readonly Located[] => {
  if (field.node.kind === "list") return field.node.items;
  if (!isNull(field.node)) refuse(field, "a list");
  return [];
};

export const readTexts = (field: Field): readonly string[] =>
  readItems(field).flatMap((node) => readText({ ...field, node }) ?? []);

/** A list of texts, where one text alone is allowed too. */
export const readTextOrTexts = (field: Field): readonly string[] =>
  field.node.kind === "scalar" && field.node.type === "string" ? [field.node.text] : readTexts(field);

/** A mapping; nothing (`key:`) counts as an empty one. */
export const readMapping = (field: Field): Mapping | undefined => {
  if (field.node.kind === "map") return field.node;
  if (isNull(field.node)) return { kind: "map", entries: new Map(), at: field.node.at };
  return refuse(field, "a mapping (key: value)");
};

/** A mapping or a list of `KEY=value`; null is a key without a value. */
export const readPairs = (field: Field): ReadonlyMap<string, Scalar | null> => {
  const pairs = new Map<string, Scalar | null>();
  if (field.node.kind === "map") {
    for (const { key, value } of field.node.entries.values()) {
      const node = isNull(value) ? null : scalarOf({ ...field, name: key, node: value }, valueTypes, "a text");
      if (node !== undefined) pairs.set(key, node);
    }
    return pairs;
  }
  for (const item of readItems(field)) {
    const node = scalarOf({ ...field, node: item }, valueTypes, "texts (KEY=value) in its list");
    if (node === undefined) continue;
    const equals = node.text.indexOf("=");
    if (equals < 0) pairs.set(node.text, null);
    else pairs.set(node.text.slice(0, equals), { ...node, type: "string", text: node.text.slice(equals + 1) });
  }
  return pairs;
};

const valueTypes: readonly Scalar["type"][] = ["string", "number", "boolean"];

/** Labels and options: pairs where no value means an empty one. */
export const readLabels = (field: Field): Readonly<Record<string, string>> =>
  Object.fromEntries([...readPairs(field)].map(([key, value]) => [key, value?.text ?? ""]));
