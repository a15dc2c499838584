import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  type YAMLParseError,
  type Scalar as YamlScalar,
} from "yaml";
import { messageOf } from "../errors/describe.ts";
import { parseDocuments } from "../platform/yaml.ts";
import type { Position, Report } from "./diagnostics.ts";
import { resolvePlain } from "./scalar.ts";
import { type Entry, isBroken, isNull, type Located, type Mapping, type Mark, type Scalar } from "./tree.ts";

/** A Compose file's documents, each to be merged over the ones before; what cannot be read is reported. */
export function readDocuments(text: string, file: string, report: Report): readonly Mapping[] {
  return readTrees(text, file, report).flatMap((tree) => {
    if (tree.kind === "map") return [tree];
    // An override file may be empty; whether there are any services is checked once all files are merged.
    if (isNull(tree) || isBroken(tree)) return [{ kind: "map", entries: new Map(), at: tree.at }];
    report.error(tree.at, "the file has to be a mapping (services: …)");
    return [];
  });
}

function readTrees(text: string, file: string, report: Report): readonly Located[] {
  const lineCounter = new LineCounter();
  const placeAt = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const place = (node: unknown): Position => {
    const range = typeof node === "object" && node !== null && "range" in node ? node.range : undefined;
    return placeAt(Array.isArray(range) ? Number(range[0]) : 0);
  };
  const documents = parse(text, lineCounter);
  if (documents instanceof Error) {
    report.error(placeAt(0), documents.message);
    return [];
  }
  const errors = documents.flatMap((document) => document.errors);
  for (const error of firstOfLines(errors, (offset) => placeAt(offset).line)) {
    report.error(placeAt(error.pos[0]), wordsFor(error, text));
  }
  if (errors.length > 0) return [];
  return documents.map(({ contents }) =>
    contents === null
      ? broken(placeAt(0))
      : read(contents, { report, anchors: new Map(), extents: new WeakMap(), written: 0, place }),
  );
}

function parse(text: string, lineCounter: LineCounter): readonly Document[] | Error {
  try {
    return parseDocuments(text, {
      schema: "failsafe",
      lineCounter,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: "silent",
    });
  } catch (error) {
    return new Error(`this YAML cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Keeps the first error of each line, since one mistake often causes several errors. */
function firstOfLines(errors: readonly YAMLParseError[], lineOf: (offset: number) => number) {
  const lines = new Set<number>();
  return errors.filter(({ pos: [offset] }) => {
    const line = lineOf(offset);
    const isFirst = !lines.has(line);
    lines.add(line);
    return isFirst;
  });
}

/** The parser's message, except for `${…}` without quotes, a mistake that is easily made in a Compose file. */
function wordsFor(error: YAMLParseError, text: string): string {
  return text[error.pos[0] - 1] === "$" && text[error.pos[0]] === "{"
    ? "a variable in braces needs quotes here"
    : firstLine(error.message);
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0] ?? message;
}

function broken(at: Position): Scalar {
  return { kind: "scalar", type: "broken", text: "", at };
}

interface Reading {
  readonly report: Report;
  /** Null while the anchor's own content is being read. */
  readonly anchors: Map<string, Located | null>;
  readonly extents: WeakMap<Located, Extent>;
  /** How many values the file itself holds, not counting what aliases repeat. */
  written: number;
  place(node: unknown): Position;
}

interface Extent {
  readonly values: number;
  readonly levels: number;
}

function read(node: Node, reading: Reading): Located {
  reading.written += 1;
  if (isAlias(node)) return readAlias(node.source, node, reading);
  const anchor = "anchor" in node ? node.anchor : undefined;
  if (anchor !== undefined) reading.anchors.set(anchor, null);
  const located = isScalar(node) ? readScalar(node, reading) : readCollection(node, reading);
  if (anchor !== undefined) reading.anchors.set(anchor, located);
  return located;
}

function readAlias(name: string, node: unknown, reading: Reading): Located {
  const target = reading.anchors.get(name);
  if (target === undefined) return fail(reading, reading.place(node), `there is no anchor &${name} above`);
  if (target === null) return fail(reading, reading.place(node), `the anchor &${name} contains itself`);
  return target;
}

function fail(reading: Reading, at: Position, message: string): Located {
  reading.report.error(at, message);
  return broken(at);
}

const marks: Readonly<Record<string, Mark>> = { "!reset": "reset", "!override": "override" };

function readScalar(node: YamlScalar, reading: Reading): Located {
  const at = reading.place(node);
  const text = String(node.value);
  const tag = node.tag ?? "";
  const mark = marks[tag];
  const plain = node.type === "PLAIN";
  if (plain && tag === "" && /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/.test(text)) {
    return fail(reading, at, `${text} is no number that can be passed on: put it in quotes`);
  }
  if (mark !== undefined) return { kind: "scalar", ...resolvePlain(text), at, mark };
  if (tag === "tag:yaml.org,2002:str" || tag === "!") return { kind: "scalar", type: "string", text, at };
  const kinds = kindsOf[tag];
  if (kinds !== undefined) {
    const resolved = resolvePlain(text);
    if (kinds === resolved.type) return { kind: "scalar", ...resolved, at };
    return fail(reading, at, `"${text}" is not what its tag says: a ${kinds}`);
  }
  if (tag !== "") reading.report.warning(at, `the tag ${tag} is ignored`);
  return plain ? { kind: "scalar", ...resolvePlain(text), at } : { kind: "scalar", type: "string", text, at };
}

/** YAML's standard tags for scalars, and the type that each demands. */
const kindsOf: Readonly<Record<string, Scalar["type"]>> = {
  "tag:yaml.org,2002:int": "number",
  "tag:yaml.org,2002:float": "number",
  "tag:yaml.org,2002:bool": "boolean",
  "tag:yaml.org,2002:null": "null",
};

/**
 * How many values aliases may add, and how deep values may nest: enough for any stack, while an alias bomb stays small.
 */
const limit: Extent = { values: 100_000, levels: 200 };

function readCollection(node: Node, reading: Reading): Located {
  const at = reading.place(node);
  const mark = marks[node.tag ?? ""];
  const content: Located = isSeq(node)
    ? { kind: "list", items: node.items.map((item) => read(item as Node, reading)), at }
    : readMap(isMap(node) ? node.items : [], at, reading);
  const { values, levels } = measure(content, reading);
  if (values > reading.written + limit.values) {
    return fail(reading, at, `aliases unfold to more than ${limit.values} values`);
  }
  if (levels > limit.levels) return fail(reading, at, `nested deeper than ${limit.levels} levels`);
  return mark === undefined ? content : { ...content, mark };
}

function readMap(pairs: readonly Pair[], at: Position, reading: Reading): Mapping {
  const entries = new Map<string, Entry>();
  const merges: Entry[] = [];
  for (const pair of pairs) {
    const result = readPair(pair, reading);
    if (result === undefined) continue;
    const [entry, merge] = result;
    const twin = merge ? merges[0] : entries.get(entry.key);
    if (twin !== undefined) reading.report.error(entry.at, `"${entry.key}" is already set in line ${twin.at.line}`);
    else if (merge) merges.push(entry);
    else entries.set(entry.key, entry);
  }
  for (const merge of merges) mergeKeys(entries, merge.value, reading.report);
  return { kind: "map", entries, at };
}

function readPair(pair: Pair, reading: Reading): readonly [Entry, merge: boolean] | undefined {
  const { key } = pair;
  if (!isScalar(key)) {
    fail(reading, reading.place(key), "a key has to be a word");
    return undefined;
  }
  const at = reading.place(key);
  // For a `<<` that carries its tag, the YAML library returns a symbol.
  const text = typeof key.value === "symbol" ? "<<" : String(key.value);
  if (key.type === "PLAIN" && resolvePlain(text).type !== "string") {
    fail(reading, at, `the key ${text === "" ? "here is empty" : `${text} has to be in quotes`}`);
  }
  const value = isNode(pair.value)
    ? read(pair.value, reading)
    : ({ kind: "scalar", type: "null", text: "", at } as const);
  return [{ key: text, at, value }, text === "<<" && key.type === "PLAIN"];
}

/**
 * YAML's `<<`: adds the keys of `source` that are not set yet. In a list of mappings the earlier ones take precedence.
 */
function mergeKeys(entries: Map<string, Entry>, source: Located, report: Report): void {
  if (isBroken(source)) return;
  if (source.kind === "scalar") {
    report.error(source.at, '"<<" needs a mapping or a list of mappings');
  } else if (source.kind === "list") {
    for (const item of source.items) {
      if (item.kind === "map") mergeKeys(entries, item, report);
      else if (!isBroken(item)) report.error(item.at, '"<<" needs mappings in its list');
    }
  } else {
    for (const entry of source.entries.values()) {
      if (!entries.has(entry.key)) entries.set(entry.key, entry);
    }
  }
}

function measure(node: Located, reading: Reading): Extent {
  if (node.kind === "scalar") return { values: 1, levels: 0 };
  const known = reading.extents.get(node);
  if (known !== undefined) return known;
  const children = node.kind === "list" ? node.items : [...node.entries.values()].map((entry) => entry.value);
  let [values, levels] = [1, 0];
  for (const child of children) {
    const below = measure(child, reading);
    values += below.values;
    levels = Math.max(levels, below.levels);
  }
  const extent = { values, levels: levels + 1 };
  reading.extents.set(node, extent);
  return extent;
}
