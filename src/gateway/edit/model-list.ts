import { isMap, isSeq, type Node } from "yaml";
import { GoatError } from "../../errors/goat-error.ts";
import { type Fields, isRecord } from "../../model/fields.ts";
import { readGatewayConfig } from "../config.ts";
import { contentEnd, dashesOf, fieldOf, parseSource, type YamlSource } from "./yaml-source.ts";

/** One file's text and the name it goes by in messages. */
export interface ConfigText {
  readonly path: string;
  readonly text: string;
}

export interface ListItem {
  readonly name: string;
  /** Offsets of the entry: whole lines in a block list, the element alone in a list in brackets. */
  readonly start: number;
  readonly end: number;
  readonly data: Fields;
  readonly node: Node | null;
  /** Columns before the `-`; null in a list in brackets. */
  readonly indent: number | null;
}

/** How entries of a block list are laid out. */
export interface ListStyle {
  readonly indent: number;
  /** From the `-` to the first key. */
  readonly gap: number;
  readonly step: number;
}

export interface ModelList {
  readonly source: YamlSource;
  readonly layout:
    | { readonly kind: "block"; readonly style: ListStyle }
    /** `model_list:` with nothing behind it; `at` is where its first entry goes. */
    | { readonly kind: "empty"; readonly at: number }
    | { readonly kind: "flow"; readonly open: number };
  readonly items: readonly ListItem[];
}

type Placed = Omit<ListItem, "name" | "data">;

/** The error for an edit that cannot be made, with its `line:column`; it says that nothing was written. */
export function cannotEdit(path: string, place: string, why: string): GoatError {
  return new GoatError("gateway-config-invalid", `${path}:${place} ${why}`, {
    evidence: ["nothing was written"],
    fixes: [{ command: `$EDITOR +${place.split(":", 1)[0]} ${path}`, effect: "edits it by hand" }],
  });
}

/** Where the entries of `model_list` stand. Throws gateway-config-invalid with a place. */
export function readModelList({ path, text }: ConfigText): ModelList {
  readGatewayConfig(text, path);
  const source = parseSource(text, "1.1");
  const field = fieldOf(source.document.contents, "model_list");
  if (field === undefined) throw cannotEdit(path, "1:1", "has no model_list: to put a model under");
  const place = source.placeAt(field.key.range?.[0] ?? 0);
  const { value } = field;
  if (isSeq(value) && value.flow === true) {
    const items = value.items.map((node) => flowItem(node as Node));
    return { source, layout: { kind: "flow", open: value.range?.[0] ?? 0 }, items: withData(source, items) };
  }
  if (isSeq(value)) {
    const dashes = dashesOf(value);
    const items = value.items.map((node, index) => blockItem(source, node as Node, dashes[index] ?? 0));
    const odd = dashes.find((dash) => text.slice(source.lines.startOf(dash), dash).trim() !== "");
    if (odd !== undefined) throw cannotEdit(path, source.placeAt(odd), "an entry has to begin on a line of its own");
    const last = dashes.at(-1) ?? 0;
    const style = styleOf(source, value.items.at(-1) as Node, last);
    return { source, layout: { kind: "block", style }, items: withData(source, items) };
  }
  const isNothing = value === null || (value.range !== undefined && value.range?.[0] === value.range?.[1]);
  const isBlockMap = isMap(source.document.contents) && source.document.contents.flow !== true;
  if (!isNothing || !isBlockMap)
    throw cannotEdit(path, place, "model_list has to be a list in this file, and no alias");
  return { source, layout: { kind: "empty", at: source.lines.endOf(contentEnd(field.key)) }, items: [] };
}

function flowItem(node: Node): Placed {
  const start = node.range?.[0] ?? 0;
  return { node, start, end: node.range?.[1] ?? start, indent: null };
}

function withData(source: YamlSource, placed: readonly Placed[]): readonly ListItem[] {
  const entries = entriesIn(source.data());
  return placed.map((item, index) => {
    const data = entries[index] ?? {};
    return { ...item, data, name: String(data["model_name"]) };
  });
}

function blockItem({ lines, text }: YamlSource, node: Node, dash: number): Placed {
  const end = Math.max(contentEnd(node), dash + 1);
  // A block scalar already ends behind its line break.
  const after = text[end - 1] === "\n" ? end : lines.endOf(end);
  return { node, start: lines.startOf(dash), end: after, indent: lines.columnOf(dash) };
}

function styleOf({ lines, text }: YamlSource, node: Node, dash: number): ListStyle {
  const indent = lines.columnOf(dash);
  const begin = node.range?.[0] ?? dash + 2;
  const gap = text.slice(dash + 1, begin);
  const params = fieldOf(node, "litellm_params");
  const inner = isMap(params?.value) && params.value.flow !== true ? params.value.items[0]?.key : undefined;
  const [outerAt, innerAt] = [params?.key.range?.[0], (inner as Node | undefined)?.range?.[0]];
  const step = outerAt === undefined || innerAt === undefined ? 2 : lines.columnOf(innerAt) - lines.columnOf(outerAt);
  return { indent, gap: /^ +$/.test(gap) ? gap.length : 1, step: step > 0 ? step : 2 };
}

/** The entries of a config as data. */
export function entriesIn(tree: unknown): readonly Fields[] {
  const entries = isRecord(tree) ? tree["model_list"] : undefined;
  return Array.isArray(entries) ? entries.filter(isRecord) : [];
}
