import { endOfString } from "./graphql-text.ts";

type Cell = string | number | boolean | null | object | readonly Cell[];

interface RawResult {
  readonly columns: readonly string[];
  readonly types: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const head = /^\{"data":\{"[A-Za-z0-9_]+":/;
const result = '{"data":{"result":';
const tag = '{"$type":"';
const middle = '","value":';

/** An answer of the JSON protocol as GraphQL has it: under the name that was asked for, with bare values in place of tagged ones. */
export function graphqlAnswer(text: string, isRaw: boolean): string {
  return isRaw ? rawAnswer(text) : withoutTags(text.replace(head, result));
}

/** Within a string the tag's quotes would stand behind backslashes, so what is found is never a user's text. */
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

/** prisma-client-py knows rows of typed cells, as Prisma 5.4 gave them; this engine's are columns, types and rows. */
function rawAnswer(text: string): string {
  const answer: { readonly data?: Readonly<Record<string, RawResult | number>> } = JSON.parse(text);
  const [found] = Object.values(answer.data ?? {});
  if (typeof found !== "object") return text.replace(head, result);
  const names = found.columns.map((column) => JSON.stringify(column));
  const rows = found.rows.map((row) => {
    const cells = row.map((value, at) => `${names[at]}:${cellOf(value, found.types[at] ?? "")}`);
    return `{${cells.join(",")}}`;
  });
  return `${result}[${rows.join(",")}]}}`;
}

function cellOf(value: Cell, type: string): string {
  if (value === null) return typed("null", "null");
  if (type.endsWith("-array") && Array.isArray(value)) {
    const items = value.map((item: Cell) => cellOf(item, type.slice(0, -"-array".length)));
    return typed("array", `[${items.join(",")}]`);
  }
  const isWhole = (type === "double" || type === "float") && Number.isInteger(value) && Math.abs(Number(value)) < 1e15;
  return typed(type, isWhole ? `${value}.0` : JSON.stringify(value));
}

function typed(type: string, value: string): string {
  return `{"prisma__type":"${type}","prisma__value":${value}}`;
}
