import { isObject, type JsonObject } from "./json.ts";

/** Reads an event's body field by field and remembers what did not fit. Null counts as not said. */
export interface BodyReader {
  readonly problems: readonly string[];
  text(key: string): string | undefined;
  time(key: string): string | undefined;
  flag(key: string): boolean | undefined;
  number(key: string): number | undefined;
  texts(key: string): readonly string[] | undefined;
  object(key: string): JsonObject | undefined;
  json(key: string): unknown;
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/** An ISO time with an offset, in UTC and milliseconds; undefined for anything else. */
export const readTime = (value: unknown): string | undefined => {
  if (typeof value !== "string" || !isoTime.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
};

const isText = (value: unknown): value is string => typeof value === "string";
const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
const isNumber = (value: unknown): value is number => typeof value === "number";
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);

export const readBody = (body: JsonObject): BodyReader => {
  const problems: string[] = [];
  const take =
    <T>(what: string, fits: (value: unknown) => value is T) =>
    (key: string): T | undefined => {
      const value = body[key];
      if (value === undefined || value === null) return undefined;
      if (fits(value)) return value;
      problems.push(`${key}: expected ${what}`);
      return undefined;
    };
  const text = take("a string", isText);
  return {
    problems,
    text,
    flag: take("a boolean", isFlag),
    number: take("a number", isNumber),
    texts: take("a list of strings", isTexts),
    object: take("an object", isObject),
    json: (key) => body[key] ?? undefined,
    time: (key) => {
      const said = text(key);
      const time = said === undefined ? undefined : readTime(said);
      if (said !== undefined && time === undefined) problems.push(`${key}: expected an ISO time with an offset`);
      return time;
    },
  };
};
