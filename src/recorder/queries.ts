import { readTime } from "./body-reader.ts";
import { type ObservationQuery, type PageQuery, type TraceFilter, type TraceQuery, traceOrders } from "./store.ts";

/** A query string, read; or what about it does not fit. */
export type Parsed<T> =
  | { readonly ok: true; readonly query: T }
  | { readonly ok: false; readonly problems: readonly string[] };

const maxLimit = 100;
const maxPage = 10_000_000;
const defaultLimit = 50;

const reader = (params: URLSearchParams, problems: string[]) => {
  // Langfuse takes an empty parameter for an absent one.
  const text = (key: string): string | undefined => params.get(key) || undefined;
  return {
    text,
    whole: (key: string, fallback: number, max: number): number => {
      const value = Number(text(key) ?? fallback);
      if (Number.isInteger(value) && value >= 1 && value <= max) return value;
      problems.push(`${key}: expected a whole number from 1 to ${max}`);
      return fallback;
    },
    time: (key: string): string | undefined => {
      // An unescaped + of an offset arrives as a space.
      const said = text(key)?.replace(/ (\d\d:?\d\d)$/, "+$1");
      const time = said === undefined ? undefined : readTime(said);
      if (said !== undefined && time === undefined) problems.push(`${key}: expected an ISO time with an offset`);
      return time;
    },
  };
};

const defined = <T extends object>(said: { readonly [Key in keyof T]: T[Key] | undefined }): T =>
  Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as T;

const answer = <T>(query: T, problems: readonly string[]): Parsed<T> =>
  problems.length === 0 ? { ok: true, query } : { ok: false, problems };

const readPage = (read: ReturnType<typeof reader>): PageQuery => ({
  page: read.whole("page", 1, maxPage),
  limit: read.whole("limit", defaultLimit, maxLimit),
});

const readTraceFilter = (read: ReturnType<typeof reader>, params: URLSearchParams, nameKey: string): TraceFilter =>
  defined<TraceFilter>({
    name: read.text(nameKey),
    userId: read.text("userId"),
    sessionId: read.text("sessionId"),
    tags: params.getAll("tags").filter((tag) => tag !== ""),
    from: read.time("fromTimestamp"),
    to: read.time("toTimestamp"),
  });

const readOrder = (said: string | undefined, problems: string[]): TraceQuery["orderBy"] => {
  const [name, direction = "asc", ...rest] = (said ?? "timestamp.desc").split(".");
  const field = traceOrders.find((known) => known === name);
  if (field !== undefined && rest.length === 0 && (direction === "asc" || direction === "desc")) {
    return { field, descending: direction === "desc" };
  }
  problems.push(`orderBy: expected one of ${traceOrders.join(", ")}, then .asc or .desc`);
  return { field: "timestamp", descending: true };
};

export const readTraceQuery = (params: URLSearchParams): Parsed<TraceQuery> => {
  const problems: string[] = [];
  const read = reader(params, problems);
  const query = {
    ...readPage(read),
    ...readTraceFilter(read, params, "name"),
    orderBy: readOrder(read.text("orderBy"), problems),
  };
  return answer(query, problems);
};

export const readObservationQuery = (params: URLSearchParams): Parsed<ObservationQuery> => {
  const problems: string[] = [];
  const read = reader(params, problems);
  const query = defined<ObservationQuery>({
    ...readPage(read),
    traceId: read.text("traceId"),
    type: read.text("type"),
    name: read.text("name"),
    parentObservationId: read.text("parentObservationId"),
    from: read.time("fromStartTime"),
    to: read.time("toStartTime"),
  });
  return answer(query, problems);
};

export const readDailyQuery = (params: URLSearchParams): Parsed<TraceFilter & PageQuery> => {
  const problems: string[] = [];
  const read = reader(params, problems);
  return answer({ ...readPage(read), ...readTraceFilter(read, params, "traceName") }, problems);
};
