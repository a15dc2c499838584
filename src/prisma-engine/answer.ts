import { endOfString } from "./graphql-text.ts";
import { memberOf, partsOf } from "./json-text.ts";

const head = /^\{"data":\{"[A-Za-z0-9_]+":/;
const result = '{"data":{"result":';
const tag = '{"$type":"';
const middle = '","value":';

/** Turns an answer of the JSON protocol into GraphQL's: named `result`, with bare values in place of tagged ones. */
export function graphqlAnswer(text: string, isRaw: boolean): string {
  return isRaw ? rawAnswer(text) : withoutTags(text.replace(head, result));
}

/** Within a JSON string the tag's quotes would be escaped, so what is found is never part of a user's text. */
function withoutTags(text: string): string {
  let done = "";
  let from = 0;
  for (let at = text.indexOf(tag); at >= 0; at = text.indexOf(tag, from)) {
    const value = text.indexOf(middle, at) + middle.length;
    const end = text[value] === '"' ? (endOfString(text, value) ?? text.length) : text.indexOf("}", value);
    done += text.slice(from, at) + text.slice(value, end);
    from = end + 1;
  }
  return done + text.slice(from);
}

/** prisma-client-py expects rows of typed cells, as in Prisma 5.4; this engine answers with columns, types and rows. */
function rawAnswer(text: string): string {
  const found = partsOf(memberOf(text, "data") ?? "{}")[1];
  const rows = found?.startsWith("{") ? memberOf(found, "rows") : undefined;
  if (found === undefined || rows === undefined) return text.replace(head, result);
  const names = partsOf(memberOf(found, "columns") ?? "[]");
  const types: readonly string[] = JSON.parse(memberOf(found, "types") ?? "[]");
  const lines = partsOf(rows).map((row) => {
    const cells = partsOf(row).map((value, at) => `${names[at]}:${cellOf(value, types[at] ?? "")}`);
    return `{${cells.join(",")}}`;
  });
  return `${result}[${lines.join(",")}]}}`;
}

function cellOf(value: string, type: string): string {
  if (value === "null") return typed("null", value);
  if (type.endsWith("-array") && value.startsWith("[")) {
    const items = partsOf(value).map((item) => cellOf(item, type.slice(0, -"-array".length)));
    return typed("array", `[${items.join(",")}]`);
  }
  // Python tells whole numbers from others by their text.
  const isWhole = (type === "double" || type === "float") && /^-?\d+$/.test(value);
  return typed(type, isWhole ? `${value}.0` : value);
}

function typed(type: string, value: string): string {
  return `{"prisma__type":"${type}","prisma__value":${value}}`;
}
