import { type Document, isMap, isPair, isScalar, isSeq, LineCounter, type Node, type YAMLSeq } from "yaml";
import { parseYaml } from "../../platform/yaml.ts";
import { type Lines, linesOf } from "./lines.ts";

/** A parsed YAML text that knows the position of everything in it. */
export interface YamlSource {
  readonly text: string;
  readonly document: Document;
  readonly lines: Lines;
  /** From 1. */
  lineAt(offset: number): number;
  /** `line:column`, both from 1. */
  placeAt(offset: number): string;
  /** The document as data; a fresh copy. */
  data(): unknown;
}

type Version = "1.1" | "1.2";

/**
 * The last text that was parsed, kept because one run asks the same config for its routes, settings, entries and
 * mistakes.
 */
let latest: { readonly version: Version; readonly source: YamlSource } | undefined;

/**
 * Parses, and keeps the source token of every node. The document is cached and shared: nobody may change it. LiteLLM
 * reads YAML 1.1, because PyYAML does.
 */
export function parseSource(text: string, version: Version): YamlSource {
  if (latest?.source.text !== text || latest.version !== version) latest = { version, source: parse(text, version) };
  return latest.source;
}

function parse(text: string, version: Version): YamlSource {
  const counter = new LineCounter();
  const options = { lineCounter: counter, version, merge: true, prettyErrors: false, keepSourceTokens: true } as const;
  const document = parseYaml(text, options);
  const lineAt = (offset: number): number => Math.max(counter.linePos(offset).line, 1);
  const placeAt = (offset: number): string => `${lineAt(offset)}:${Math.max(counter.linePos(offset).col, 1)}`;
  return { text, document, lines: linesOf(text), lineAt, placeAt, data: () => document.toJS() };
}

/** The node under a key of a map, and the key's own node; aliases are not followed. */
export function fieldOf(node: unknown, name: string): { readonly key: Node; readonly value: Node | null } | undefined {
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && key.value === name);
  if (pair === undefined || !isScalar(pair.key)) return undefined;
  return { key: pair.key, value: asNode(pair.value) };
}

function asNode(value: unknown): Node | null {
  return typeof value === "object" && value !== null ? (value as Node) : null;
}

/** Offset of the end of a node's content, without what follows it on the line or below. */
export function contentEnd(node: unknown): number {
  if (isPair(node)) return Math.max(contentEnd(node.key), contentEnd(node.value));
  const isBlock = (isMap(node) || isSeq(node)) && node.flow !== true;
  if (isBlock && node.items.length > 0) return contentEnd(node.items.at(-1));
  return asNode(node)?.range?.[1] ?? 0;
}

/** Offsets of the `-` of a block list's entries, in order. */
export function dashesOf(list: YAMLSeq): readonly number[] {
  const token = list.srcToken;
  if (token?.type !== "block-seq") return [];
  return token.items.flatMap(({ start }) => {
    const dash = start.find(({ type }) => type === "seq-item-ind");
    return dash === undefined ? [] : [dash.offset];
  });
}

/** Where a node begins; 0 where there is none. */
export function offsetOf(node: unknown): number {
  return asNode(node)?.range?.[0] ?? 0;
}

/** A map's keys by name, in order; none where it is no map. */
export function fieldsOf(node: unknown): readonly { readonly name: string; readonly key: Node }[] {
  return isMap(node) ? node.items.flatMap(({ key }) => (isScalar(key) ? [{ name: String(key.value), key }] : [])) : [];
}

/** A list's entries; none where it is no list. */
export function itemsOf(node: unknown): readonly unknown[] {
  return isSeq(node) ? node.items : [];
}

/** The text of a string or a number; null for any other node. */
export function scalarText(node: unknown): string | null {
  return isScalar(node) && (typeof node.value === "string" || typeof node.value === "number")
    ? String(node.value)
    : null;
}

/** Every scalar below a node, with the keys that lead to it. */
export function scalarsOf(
  node: unknown,
  path: readonly string[] = [],
): readonly { readonly path: readonly string[]; readonly value: unknown; readonly node: Node }[] {
  if (isScalar(node)) return [{ path, value: node.value, node }];
  if (isSeq(node)) return node.items.flatMap((item) => scalarsOf(item, path));
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }) => scalarsOf(value, [...path, isScalar(key) ? String(key.value) : ""]));
}

const plain = /^[A-Za-z0-9][\w./+@<>=-]*(?::[\w./+@<>=-]+)*$/;

/** Bare words that YAML 1.1, which LiteLLM reads, takes for something other than text. */
const reserved =
  /^(?:y|n|yes|no|on|off|true|false|null|~|nan|[-+]?\.(?:inf|nan)|[-+]?[\d_.,:]+(?:e[-+]?\d+)?|0[xo][\da-f_]+|\d{4}-\d\d?-\d\d?.*)$/i;

/** Text as one YAML scalar, without quotes only where every YAML reader takes it for that text. */
export function yamlText(value: string): string {
  return plain.test(value) && !reserved.test(value) ? value : JSON.stringify(value);
}
