import { z } from "zod/v3";
import { isoTime } from "./events.ts";
import { type ObservationQuery, type PageQuery, type TraceFilter, type TraceQuery, traceOrders } from "./store.ts";

/** A parsed query string, or what is wrong with it, in Langfuse's words. */
export type Parsed<T> = { readonly ok: true; readonly query: T } | { readonly ok: false; readonly problems: unknown };

const text = z
  .string()
  .optional()
  .transform((said) => said || undefined);

const time = isoTime.optional();

/** `tags=b&tags=c` and `tags=b,c` both ask for traces that have all these tags. */
const tags = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((said) =>
    [said ?? []]
      .flat()
      .flatMap((one) => one.split(","))
      .filter((tag) => tag !== ""),
  );

const paging = {
  page: whole(1, z.number().int().min(1).max(10_000_000)),
  limit: whole(50, z.number().int().max(100).min(0)),
};

const page = z.object(paging);

const traceFields = {
  userId: text,
  sessionId: text,
  version: text,
  release: text,
  tags,
  fromTimestamp: time,
  toTimestamp: time,
};

const order = z.object({ field: z.enum(traceOrders), order: z.enum(["ASC", "DESC"]) });

const orderBy = z
  .preprocess((said) => {
    if (said === undefined || said === "") return { field: "timestamp", order: "DESC" };
    const [field, direction] = String(said).split(".");
    return { field, order: direction?.toUpperCase() };
  }, order)
  .transform(({ field, order: direction }) => ({ field, descending: direction === "DESC" }));

const traces = z
  .object({ ...paging, ...traceFields, name: text, orderBy })
  .transform(({ fromTimestamp: from, toTimestamp: to, ...query }) => ({ ...query, from, to }));

const daily = z
  .object({ ...paging, ...traceFields, traceName: text })
  .transform(({ fromTimestamp: from, toTimestamp: to, traceName: name, ...query }) => ({ ...query, name, from, to }));

const observations = z
  .object({
    ...paging,
    traceId: text,
    type: z.enum(["GENERATION", "SPAN", "EVENT"]).optional(),
    name: text,
    userId: text,
    version: text,
    parentObservationId: text,
    fromStartTime: time,
    toStartTime: time,
  })
  .transform(({ fromStartTime: from, toStartTime: to, ...query }) => ({ ...query, from, to }));

export function readPageQuery(params: URLSearchParams): Parsed<PageQuery> {
  return read(page, params);
}

function read<T>(schema: z.ZodType<T, z.ZodTypeDef, unknown>, params: URLSearchParams): Parsed<T> {
  const said: Record<string, string | string[]> = {};
  for (const key of new Set(params.keys())) {
    const values = params.getAll(key);
    said[key] = values.length === 1 ? (values[0] ?? "") : values;
  }
  const result = schema.safeParse(said);
  return result.success ? { ok: true, query: result.data } : { ok: false, problems: result.error.issues };
}

export function readTraceQuery(params: URLSearchParams): Parsed<TraceQuery> {
  return read(traces, params);
}

export function readObservationQuery(params: URLSearchParams): Parsed<ObservationQuery> {
  return read(observations, params);
}

/** The query for daily metrics. It filters by fields of the traces; the trace's name is called `traceName` here. */
export function readDailyQuery(params: URLSearchParams): Parsed<TraceFilter & PageQuery> {
  return read(daily, params);
}

/** A whole number. An empty parameter counts as absent; one that is given twice is refused. */
function whole(fallback: number, number: z.ZodNumber) {
  return z.preprocess((said) => {
    if (said === undefined || said === "") return fallback;
    return typeof said === "string" ? Number(said) : Number.NaN;
  }, number);
}
