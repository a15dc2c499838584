import { fieldsOf, listOf, numberOf, textOf } from "../model/fields.ts";
import { type GenerationSummary, readSummary } from "./generation.ts";
import { type ListedTrace, readListed, rowOf, type TraceRow } from "./trace.ts";

/** One GET of Langfuse's public API; the path begins with /api/public. Its JSON, or undefined for what is not there. */
export type Ask = (path: string) => Promise<unknown>;

/** Which traces are wanted; what is left out does not matter. */
export interface TraceFilter {
  readonly name?: string | undefined;
  readonly userId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** ISO time. */
  readonly since?: string | undefined;
  /** Any of these names, the config's or the provider's; none means all. */
  readonly models?: readonly string[] | undefined;
  readonly failed?: boolean | undefined;
  readonly slowerMs?: number | undefined;
  /** US dollars, at least. */
  readonly costUsd?: number | undefined;
}

/** The position of the next page. */
export interface Cursor {
  readonly page: number;
  /** ISO time; traces from then on are left out, since new ones would shift the pages. Null on the first page. */
  readonly before: string | null;
}

export interface TracePage {
  readonly rows: readonly TraceRow[];
  /** Null where there are no more. */
  readonly next: Cursor | null;
  /** How many traces match the part of the filter that Langfuse applies itself. */
  readonly total: number;
}

export interface PageRequest {
  readonly filter: TraceFilter;
  readonly cursor: Cursor;
  readonly limit: number;
}

export const firstPage: Cursor = { page: 1, before: null };

/** Up to this many traces are fetched one by one; for more, all observations in their time range are. */
const fewTraces = 3;
const observationPages = 3;
const pageLimit = 100;
/** Clocks of a program and of the gateway may differ by as much. */
const marginMs = 5_000;

/** A page of traces, the newest first, with what their calls took and cost. Rejects where `ask` does. */
export async function listTraces(ask: Ask, request: PageRequest): Promise<TracePage> {
  const { filter, cursor } = request;
  const { traces, total, totalPages } = await readPage(ask, request);
  const isLast = traces.length === 0 || cursor.page >= totalPages;
  const before = cursor.before ?? after(traces[0]?.at);
  const rows = await rowsOf(ask, traces, filter);
  return { rows, next: isLast ? null : { page: cursor.page + 1, before }, total };
}

interface ListedPage {
  readonly traces: readonly ListedTrace[];
  readonly total: number;
  readonly totalPages: number;
}

export async function readPage(ask: Ask, { filter, cursor, limit }: PageRequest): Promise<ListedPage> {
  const { data, meta } = fieldsOf(await ask(`/api/public/traces?${traceQuery(filter, cursor, limit)}`));
  const traces = listOf(data).flatMap((one) => readListed(one) ?? []);
  const { totalPages, totalItems } = fieldsOf(meta);
  return { traces, total: numberOf(totalItems) ?? traces.length, totalPages: numberOf(totalPages) ?? 1 };
}

/** Those of the traces that the filter wants, with their calls. */
export async function rowsOf(
  ask: Ask,
  traces: readonly ListedTrace[],
  filter: TraceFilter,
): Promise<readonly TraceRow[]> {
  const calls = await callsOf(ask, traces);
  return traces.flatMap((trace) => {
    const own = calls.filter(({ traceId }) => traceId === trace.id);
    const row = rowOf(trace, own);
    return fits(row, own, filter) ? [row] : [];
  });
}

function traceQuery(filter: TraceFilter, { page, before }: Cursor, limit: number): URLSearchParams {
  const query = new URLSearchParams({ page: String(page), limit: String(limit), orderBy: "timestamp.desc" });
  const said = {
    name: filter.name,
    userId: filter.userId,
    sessionId: filter.sessionId,
    fromTimestamp: filter.since,
    toTimestamp: before ?? undefined,
  };
  for (const [name, value] of Object.entries(said)) if (value !== undefined) query.set(name, value);
  for (const tag of filter.tags ?? []) query.append("tags", tag);
  return query;
}

/** The end time for a list whose newest trace is of `time`: 1 ms later, because Langfuse excludes the end itself. */
function after(time: string | undefined): string | null {
  return time === undefined ? null : new Date(Date.parse(time) + 1).toISOString();
}

/** The calls of these traces, and some of others. */
async function callsOf(ask: Ask, traces: readonly ListedTrace[]): Promise<readonly GenerationSummary[]> {
  const wanted = traces.filter(({ observationIds }) => observationIds.length > 0);
  const within = wanted.length > fewTraces ? await observationsWithin(ask, wanted) : [];
  const ids = new Set(within.map((one) => textOf(fieldsOf(one)["id"])));
  const lacking = wanted.filter(({ observationIds }) => !observationIds.every((id) => ids.has(id)));
  const lackingIds = new Set(lacking.map(({ id }) => id));
  const found = within.flatMap((one) => readSummary(one) ?? []).filter(({ traceId }) => !lackingIds.has(traceId));
  const rest = await Promise.all(lacking.map(({ id }) => callsOfOne(ask, id)));
  return [...found, ...rest.flat()];
}

/** The observations in these traces' time range; where there are too many, only the newest (3 pages of 100). */
async function observationsWithin(ask: Ask, traces: readonly ListedTrace[]): Promise<readonly unknown[]> {
  const spans = traces.map(({ at, latencyMs }) => ({ at: Date.parse(at), around: latencyMs + marginMs }));
  const from = Math.min(...spans.map(({ at, around }) => at - around));
  const to = Math.max(...spans.map(({ at, around }) => at + around));
  const [fromStartTime, toStartTime] = [new Date(from).toISOString(), new Date(to).toISOString()];
  const found: unknown[] = [];
  const missing = new Set(traces.flatMap(({ observationIds }) => observationIds));
  for (let page = 1; page <= observationPages && missing.size > 0; page += 1) {
    const query = new URLSearchParams({ fromStartTime, toStartTime, page: String(page), limit: String(pageLimit) });
    const { data, meta } = fieldsOf(await ask(`/api/public/observations?${query}`));
    for (const one of listOf(data)) {
      found.push(one);
      missing.delete(textOf(fieldsOf(one)["id"]) ?? "");
    }
    if (page >= (numberOf(fieldsOf(meta)["totalPages"]) ?? 1)) break;
  }
  return found;
}

async function callsOfOne(ask: Ask, id: string): Promise<readonly GenerationSummary[]> {
  const { observations } = fieldsOf(await ask(`/api/public/traces/${encodeURIComponent(id)}`));
  return listOf(observations).flatMap((one) => readSummary(one) ?? []);
}

/** The part of the filter that Langfuse does not know. */
function fits(row: TraceRow, calls: readonly GenerationSummary[], filter: TraceFilter): boolean {
  const { models = [], failed, slowerMs, costUsd } = filter;
  const isOf = (name: string | null): boolean => name !== null && models.includes(name);
  return (
    (models.length === 0 || calls.some(({ model, upstream }) => isOf(model) || isOf(upstream))) &&
    (failed !== true || row.failed) &&
    (slowerMs === undefined || (row.latencyMs ?? 0) >= slowerMs) &&
    (costUsd === undefined || (row.costUsd ?? 0) >= costUsd)
  );
}
