import { GraphqlText } from "./graphql-text.ts";
import { isReadableJson } from "./json-text.ts";
import type { Models } from "./schema.ts";

export interface Translated {
  /** A query of Prisma's JSON protocol. */
  readonly json: string;
  /** Raw SQL, whose answer is rows. */
  readonly isRaw: boolean;
}

/** Where a value stands. A string in a JSON field is JSON itself and gets a tag; everywhere else it is a string. */
type Position =
  | { readonly kind: "plain" }
  | { readonly kind: "json" }
  | { readonly kind: "arguments"; readonly model: string }
  | { readonly kind: "fields"; readonly model: string }
  | { readonly kind: "relation"; readonly model: string; readonly isList: boolean };

const operation =
  /^(findUnique|findFirst|findMany|createMany|createOne|deleteMany|deleteOne|updateMany|updateOne|upsertOne|aggregate|groupBy|executeRaw|queryRaw)(.*?)(OrThrow)?$/;

/** Keys in a filter or update of a JSON field whose values are JSON, unlike those of `path` or `string_contains`. */
const jsonOperators = new Set(
  "equals not set push has hasEvery hasSome array_contains array_starts_with array_ends_with lt lte gt gte".split(" "),
);
/** A relation's operations whose own keys are arguments: `where`, `create`, `data` … */
const wrapped = new Set(["connectOrCreate", "upsert", "updateMany", "createMany"]);
const bare = new Set("create update connect set disconnect delete deleteMany is isNot some every none".split(" "));

const plain: Position = { kind: "plain" };
const json: Position = { kind: "json" };

/**
 * Rewrites the GraphQL that prisma-client-py writes into Prisma's JSON protocol, text to text: strings and numbers pass as they are,
 * whatever their length. Throws SyntaxError.
 */
export function translate(text: string, models: Models): Translated {
  const source = new GraphqlText(text);
  source.name();
  source.need("{");
  let root = source.name();
  if (source.take(":")) root = source.name();
  const [, action, model = "", orThrow = ""] = operation.exec(root) ?? source.fail();
  const query = queryOf(source, models, model);
  source.need("}");
  source.needEnd();
  const named = model === "" ? "" : `"modelName":"${model}",`;
  return { json: `{${named}"action":"${action}${orThrow}","query":${query}}`, isRaw: model === "" };
}

function queryOf(source: GraphqlText, models: Models, model: string): string {
  const given = source.take("(") ? objectOf(source, models, { kind: "arguments", model }, ")") : "{}";
  const fields: string[] = [];
  if (source.take("{")) {
    while (!source.take("}")) {
      const field = source.name();
      const isNested = source.isAt("(") || source.isAt("{");
      const selection = isNested ? queryOf(source, models, models.get(model)?.get(field)?.relation ?? "") : "true";
      fields.push(`"${field}":${selection}`);
    }
  }
  return `{"arguments":${given},"selection":{${fields.join(",")}}}`;
}

function objectOf(source: GraphqlText, models: Models, position: Position, end: "}" | ")"): string {
  const parts: string[] = [];
  while (!source.take(end)) {
    const key = source.name();
    source.need(":");
    parts.push(`"${key}":${writtenValue(source, models, within(models, position, key))}`);
  }
  return `{${parts.join(",")}}`;
}

function writtenValue(source: GraphqlText, models: Models, position: Position): string {
  if (source.take("{")) return objectOf(source, models, position, "}");
  if (source.take("[")) {
    const items: string[] = [];
    while (!source.take("]")) items.push(writtenValue(source, models, position));
    return `[${items.join(",")}]`;
  }
  const scalar = source.scalar();
  if (scalar === undefined) return `"${source.name()}"`;
  if (position.kind !== "json" || !scalar.startsWith('"')) return scalar;
  if (!isReadableJson(JSON.parse(scalar))) throw new SyntaxError("the query has a value that is no JSON");
  return `{"$type":"Json","value":${scalar}}`;
}

/** Where a key's value stands, if the object around it stands in `position`. */
function within(models: Models, position: Position, key: string): Position {
  if (position.kind === "plain") return plain;
  if (position.kind === "json") return jsonOperators.has(key) ? json : plain;
  if (position.kind === "arguments") return { kind: "fields", model: position.model };
  if (position.kind === "relation") {
    if (wrapped.has(key) || (key === "update" && position.isList)) return { kind: "arguments", model: position.model };
    if (bare.has(key)) return { kind: "fields", model: position.model };
  }
  const field = models.get(position.model)?.get(key);
  // AND, OR, NOT, or the name of a compound key.
  if (field === undefined) return { kind: "fields", model: position.model };
  if (field.isJson) return json;
  return field.relation === null ? plain : { kind: "relation", model: field.relation, isList: field.isList };
}
