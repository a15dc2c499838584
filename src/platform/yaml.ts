import {
  Composer,
  type CST,
  Document,
  type DocumentOptions,
  type ParseOptions,
  Parser,
  type SchemaOptions,
  YAMLParseError,
} from "yaml";

/** Far more levels than any real file has, and few enough for recursive code not to overflow the stack. */
const depthLimit = 100;

/**
 * The single document of a YAML text; mistakes are in its `errors`. Nesting that is too deep is reported as such a
 * mistake, because the library would overflow the stack on it, which can end the Node process itself.
 */
export function parseYaml(text: string, options: Options): Document {
  const [document = new Document(undefined, options), second] = parseDocuments(text, options);
  if (second === undefined) return document;
  const at = second.contents?.range?.[0] ?? text.length;
  return withMistake(document, at, "one file holds one document: remove the --- line");
}

type Options = ParseOptions & DocumentOptions & SchemaOptions;

/** Every document of a text, at least one. */
export function parseDocuments(text: string, options: Options): readonly Document[] {
  const tokens = tokensOf(text, options);
  const tooDeep = tokens === null ? 0 : findTooDeep(tokens);
  if (tokens === null || tooDeep !== undefined) {
    return [withMistake(new Document(undefined, options), tooDeep ?? 0, `nested deeper than ${depthLimit} levels`)];
  }
  const documents = [...(new Composer(options).compose(tokens, true, text.length) as Iterable<Document>)];
  return documents.length > 0 ? documents : [new Document(undefined, options)];
}

/** Null where the library's own parser ran out of stack, as over thousands of keys in a line and a stray bracket. */
function tokensOf(text: string, { lineCounter }: ParseOptions): readonly CST.Token[] | null {
  try {
    return [...new Parser(lineCounter?.addNewLine).parse(text)];
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function withMistake(document: Document, at: number, message: string): Document {
  document.errors.push(new YAMLParseError([at, at + 1], "IMPOSSIBLE", message));
  return document;
}

/** The offset at which the nesting passes the limit. Goes level by level instead of recursing, to spare the stack. */
function findTooDeep(tokens: readonly CST.Token[]): number | undefined {
  let level: readonly CST.Token[] = tokens;
  for (let depth = 0; level.length > 0; depth++) {
    const collections = level.filter((token) => "items" in token);
    // A document and its root are no nesting yet.
    if (depth > depthLimit + 1 && collections[0] !== undefined) return collections[0].offset;
    level = level.flatMap(childrenOf);
  }
  return undefined;
}

function childrenOf(token: CST.Token): readonly CST.Token[] {
  if (token.type === "document") return token.value === undefined ? [] : [token.value];
  if (!("items" in token)) return [];
  const parts = token.items.flatMap(({ key, value }) => [key, value]);
  return parts.filter((part) => part !== undefined && part !== null);
}
