import { nearest } from "../platform/text.ts";
import type { Report } from "./diagnostics.ts";
import { parseShellWords } from "./formats/shell-words.ts";
import { parseBytes, parseDuration } from "./formats/units.ts";
import { ignoredShapes, type KeyTable } from "./supported.ts";
import { type Entry, isBroken, isNull, type Located, type Mapping, type Scalar } from "./tree.ts";

/** A value and the name a user knows it by. Readers report what does not fit and return undefined. */
export interface Field {
  readonly name: string;
  readonly node: Located;
  readonly report: Report;
}

export function readText(field: Field): string | undefined {
  const isWord = field.node.kind === "scalar" && !isNull(field.node);
  return scalarOf(field, ["string"], isWord ? "a text: put it in quotes" : "a text")?.text;
}

function scalarOf(field: Field, types: readonly Scalar["type"][], need: string): Scalar | undefined {
  return field.node.kind === "scalar" && types.includes(field.node.type) ? field.node : refuse(field, need);
}

function refuse({ name, node, report }: Field, need: string): undefined {
  if (!isBroken(node)) report.error(node.at, `"${name}" needs ${need}`);
  return undefined;
}

/** Texts and numbers, as a text. */
export function readWord(field: Field): string | undefined {
  return scalarOf(field, ["string", "number"], "a text or a number")?.text;
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ...["true", "y", "yes", "on"].map((word) => [word, true] as const),
  ...["false", "n", "no", "off"].map((word) => [word, false] as const),
]);

export function readBoolean(field: Field): boolean | undefined {
  const node = scalarOf(field, ["boolean", "string"], "true or false");
  if (node === undefined) return undefined;
  const value = truths.get(node.text.toLowerCase());
  return value ?? refuse(field, "true or false");
}

/** A whole number from `min` up, also when it is written as a text. */
export function readInteger(field: Field, min = 0): number | undefined {
  const node = scalarOf(field, ["number", "string"], "a whole number");
  if (node === undefined) return undefined;
  const value = /^\+?\d+$/.test(node.text) ? Number(node.text) : Number.NaN;
  return Number.isSafeInteger(value) && value >= min ? value : refuse(field, `a whole number from ${min} up`);
}

/** Any number, also when it is written as a text. */
export function readNumber(field: Field): number | undefined {
  const node = scalarOf(field, ["number", "string"], "a number");
  if (node === undefined) return undefined;
  return /^[-+]?(?:\d+\.?\d*|\.\d+)$/.test(node.text) ? Number(node.text) : refuse(field, "a number");
}

/** A duration such as 1m30s, in milliseconds. */
export function readDuration(field: Field): number | undefined {
  const text = scalarOf(field, ["string"], "a duration with a unit, such as 10s or 1m30s")?.text;
  if (text === undefined) return undefined;
  return parseDuration(text) ?? refuse(field, "a duration such as 10s or 1m30s");
}

/** A size such as 512m, in bytes. */
export function readBytes(field: Field): number | undefined {
  const text = scalarOf(field, ["string", "number"], "a size such as 512m")?.text;
  if (text === undefined) return undefined;
  return parseBytes(text) ?? refuse(field, "a size such as 512m or 1gb");
}

export function readOneOf<const Choice extends string>(field: Field, choices: readonly Choice[]): Choice | undefined {
  const need = `one of ${choices.join(", ")}`;
  const node = scalarOf(field, ["string", "boolean"], need);
  if (node === undefined) return undefined;
  return choices.find((choice) => choice === node.text) ?? refuse(field, need);
}

/** The items of a list; nothing (`key:`) counts as an empty one. */
export function readItems(field: Field): readonly Located[] {
  if (field.node.kind === "list") return field.node.items;
  if (!isNull(field.node)) refuse(field, "a list");
  return [];
}

export function readTexts(field: Field): readonly string[] {
  return readItems(field).flatMap((node) => readText({ ...field, node }) ?? []);
}

/** A list of texts, where one text alone is allowed too. */
export function readTextOrTexts(field: Field): readonly string[] {
  return field.node.kind === "scalar" && field.node.type === "string" ? [field.node.text] : readTexts(field);
}

/** A mapping; nothing (`key:`) counts as an empty one. */
export function readMapping(field: Field): Mapping | undefined {
  if (field.node.kind === "map") return field.node;
  if (isNull(field.node)) return { kind: "map", entries: new Map(), at: field.node.at };
  return refuse(field, "a mapping (key: value)");
}

const valueTypes: readonly Scalar["type"][] = ["string", "number", "boolean"];

/** A mapping or a list of `KEY=value`; null is a key without a value. */
export function readPairs(field: Field): ReadonlyMap<string, Scalar | null> {
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
}

/** Pairs in which a key without a value has an empty text. */
export function readLabels(field: Field): Readonly<Record<string, string>> {
  return Object.fromEntries([...readPairs(field)].map(([key, value]) => [key, value?.text ?? ""]));
}

/** Reports every key that goat-dev does not read, except extensions (`x-…`). */
export function checkKeys(mapping: Mapping, table: KeyTable, report: Report): void {
  for (const entry of mapping.entries.values()) {
    if (!table.read.includes(entry.key) && !entry.key.startsWith("x-")) judge(entry, table, report);
  }
}

function judge(entry: Entry, table: KeyTable, report: Report): void {
  const { key, at } = entry;
  const reason = Object.hasOwn(table.refused, key) ? table.refused[key] : undefined;
  // An empty value, or the one that goat-dev uses anyway, changes nothing.
  if (reason !== undefined && (isEmpty(entry) || isUsual(entry, table))) return;
  if (reason !== undefined) report.refuse(at, `"${key}" is not supported: ${reason}`);
  else if (table.ignored.includes(key)) {
    checkShape({ name: key, node: entry.value, report });
    report.warning(at, `"${key}" is ignored`);
  } else {
    const near = nearest(key, [...table.read, ...Object.keys(table.refused), ...table.ignored]);
    report.error(at, `unknown key "${key}"${near === undefined ? "" : `: did you mean "${near}"?`}`);
  }
}

function checkShape(field: Field): void {
  if (isNull(field.node)) return;
  const shape = Object.hasOwn(ignoredShapes, field.name) ? ignoredShapes[field.name] : undefined;
  if (shape === "mapping") readMapping(field);
  else if (shape === "pairs") readPairs(field);
  else if (shape === "truth") readBoolean(field);
  else if (shape === "text") readText(field);
  else if (shape === "list") readTexts(field);
}

function isEmpty({ value }: Entry): boolean {
  return (
    isNull(value) ||
    (value.kind === "scalar" && value.type === "string" && value.text === "") ||
    (value.kind === "list" && value.items.length === 0) ||
    (value.kind === "map" && value.entries.size === 0)
  );
}

function isUsual({ key, value }: Entry, { usual = {} }: KeyTable): boolean {
  return value.kind === "scalar" && Object.hasOwn(usual, key) && usual[key] === value.text;
}

/** Leaves out what is undefined. */
export function present<Parts extends object>(parts: Parts): { [Key in keyof Parts]?: Exclude<Parts[Key], undefined> } {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Parts]?: Exclude<Parts[Key], undefined>;
  };
}

type Reader<Value> = (field: Field) => Value | undefined;

/** Reads one key of a mapping where it is there; `key:` with nothing behind it is a mistake, as in Compose. */
export function readKey<Value>(mapping: Mapping, key: string, report: Report, read: Reader<Value>): Value | undefined {
  const entry = mapping.entries.get(key);
  if (entry === undefined) return undefined;
  if (!isNull(entry.value)) return readEntry(entry, report, read);
  report.error(entry.at, `"${key}" has no value: give it one or leave it out`);
  return undefined;
}

function readEntry<Value>(entry: Entry, report: Report, read: Reader<Value>): Value | undefined {
  return isBroken(entry.value) ? undefined : read({ name: entry.key, node: entry.value, report });
}

/** As readKey, where `key:` with nothing behind it counts as absent. */
export function readOptionalKey<Value>(
  mapping: Mapping,
  key: string,
  report: Report,
  read: Reader<Value>,
): Value | undefined {
  const entry = mapping.entries.get(key);
  return entry === undefined || isNull(entry.value) ? undefined : readEntry(entry, report, read);
}

/** As readLabels, but only a mapping is accepted, no list. */
export function readOptions(field: Field): Readonly<Record<string, string>> {
  const mapping = readMapping(field);
  if (mapping === undefined) return {};
  return Object.fromEntries([...readPairs({ ...field, node: mapping })].map(([key, node]) => [key, node?.text ?? ""]));
}

/** The words of a command: a list as it is, a text split into words without a shell. */
export function readCommand(field: Field): readonly string[] | undefined {
  const words = readWords(field);
  if (words?.some((word) => word.includes("\0"))) {
    field.report.error(field.node.at, `"${field.name}" cannot hold a NUL character`);
  }
  return words;
}

function readWords(field: Field): readonly string[] | undefined {
  const { node, report, name } = field;
  if (node.kind === "list") return readTexts(field);
  const text = readText(field);
  if (text === undefined) return undefined;
  const parsed = parseShellWords(text);
  if ("problem" in parsed) {
    report.error(node.at, `"${name}": ${parsed.problem}`);
    return undefined;
  }
  if (parsed.dropped !== "") {
    report.warning(node.at, `"${name}": no shell reads this, and everything from "${parsed.dropped[0]}" on is dropped`);
  }
  return parsed.words;
}
