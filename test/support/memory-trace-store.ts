import { applyChanges, type Records, type TraceRecord } from "../../src/recorder/records.ts";
import type {
  DailyUsage,
  Found,
  FullTrace,
  PageQuery,
  Store,
  TraceFilter,
  TraceQuery,
} from "../../src/recorder/store.ts";
import { summaryOf } from "../../src/recorder/views.ts";

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

const pageOf = <Row>(rows: readonly Row[], { page, limit }: PageQuery): Found<Row> => ({
  rows: rows.slice((page - 1) * limit, page * limit),
  total: rows.length,
});

const inTime = (time: string, { from, to }: Pick<TraceFilter, "from" | "to">): boolean =>
  (from === undefined || time >= from) && (to === undefined || time < to);

const fits = (trace: TraceRecord, filter: TraceFilter): boolean =>
  (filter.name === undefined || trace.name === filter.name) &&
  (filter.userId === undefined || trace.userId === filter.userId) &&
  (filter.sessionId === undefined || trace.sessionId === filter.sessionId) &&
  (filter.version === undefined || trace.version === filter.version) &&
  (filter.release === undefined || trace.release === filter.release) &&
  filter.tags.every((tag) => trace.tags.includes(tag)) &&
  inTime(trace.timestamp, filter);

const order = (left: TraceRecord, right: TraceRecord, { field, descending }: TraceQuery["orderBy"]): number => {
  const way = descending ? -1 : 1;
  // An empty text sorts before every other, as what is absent does.
  return way * (compare(left[field] ?? "", right[field] ?? "") || compare(left.id, right.id));
};

const usageOf = (records: Records, filter: TraceFilter): readonly DailyUsage[] => {
  const groups = new Map<string, DailyUsage & { readonly ids: ReadonlySet<string> }>();
  for (const { traceId, startTime, model, usage } of records.observations.values()) {
    const trace = records.traces.get(traceId);
    if (trace === undefined || !fits(trace, filter)) continue;
    const date = startTime.slice(0, 10);
    const key = JSON.stringify([date, model]);
    const old = groups.get(key);
    const ids = new Set([...(old?.ids ?? []), traceId]);
    groups.set(key, {
      date,
      model,
      input: (old?.input ?? 0) + usage.input,
      output: (old?.output ?? 0) + usage.output,
      total: (old?.total ?? 0) + usage.total,
      observations: (old?.observations ?? 0) + 1,
      traces: ids.size,
      cost: (old?.cost ?? 0) + (usage.totalCost ?? 0),
      ids,
    });
  }
  return [...groups.values()].map(({ ids: _, ...usage }) => usage);
};

/** The recorder's store without a database. `failing` makes every call reject, as a database that is away does. */
export const createMemoryStore = (): Store & { failing: boolean } => {
  let records: Records = { traces: new Map(), observations: new Map(), scores: new Map() };
  const full = (trace: TraceRecord): FullTrace => ({
    trace,
    observations: [...records.observations.values()]
      .filter(({ traceId }) => traceId === trace.id)
      .sort((left, right) => compare(left.startTime, right.startTime) || compare(left.id, right.id)),
    scores: [...records.scores.values()]
      .filter(({ traceId }) => traceId === trace.id)
      .sort((left, right) => compare(right.timestamp, left.timestamp) || compare(right.id, left.id)),
  });
  const found = (filter: TraceFilter) => [...records.traces.values()].filter((trace) => fits(trace, filter));
  const store = {
    failing: false,
    ping: async () => {
      if (store.failing) throw new Error("connection refused");
    },
    write: async (changes, now) => {
      await store.ping();
      const next = applyChanges(records, changes, now);
      records = {
        traces: new Map([...records.traces, ...next.traces]),
        observations: new Map([...records.observations, ...next.observations]),
        scores: new Map([...records.scores, ...next.scores]),
      };
    },
    traces: async (query) => {
      await store.ping();
      const rows = found(query).sort((left, right) => order(left, right, query.orderBy));
      return pageOf(
        rows.map((trace) => summaryOf(full(trace))),
        query,
      );
    },
    trace: async (id) => {
      await store.ping();
      const trace = records.traces.get(id);
      return trace === undefined ? null : full(trace);
    },
    observations: async (query) => {
      await store.ping();
      const rows = [...records.observations.values()]
        .filter((one) => query.traceId === undefined || one.traceId === query.traceId)
        .filter((one) => query.type === undefined || one.type === query.type)
        .filter((one) => query.name === undefined || one.name === query.name)
        .filter(
          (one) => query.parentObservationId === undefined || one.parentObservationId === query.parentObservationId,
        )
        .filter((one) => query.version === undefined || one.version === query.version)
        .filter((one) => query.userId === undefined || records.traces.get(one.traceId)?.userId === query.userId)
        .filter((one) => inTime(one.startTime, query))
        .sort((left, right) => compare(right.startTime, left.startTime) || compare(right.id, left.id));
      return pageOf(rows, query);
    },
    observation: async (id) => {
      await store.ping();
      return records.observations.get(id) ?? null;
    },
    scores: async (query) => {
      await store.ping();
      const rows = [...records.scores.values()].sort(
        (left, right) => compare(right.timestamp, left.timestamp) || compare(right.id, left.id),
      );
      return pageOf(rows, query);
    },
    sessions: async (query) => {
      await store.ping();
      const made = new Map<string, string>();
      for (const { sessionId: id, createdAt } of records.traces.values()) {
        if (id !== null && createdAt < (made.get(id) ?? "~")) made.set(id, createdAt);
      }
      const rows = [...made].map(([id, createdAt]) => ({ id, createdAt }));
      rows.sort((left, right) => compare(right.createdAt, left.createdAt) || compare(right.id, left.id));
      return pageOf(rows, query);
    },
    session: async (id) => {
      await store.ping();
      return [...records.traces.values()]
        .filter(({ sessionId }) => sessionId === id)
        .sort((left, right) => compare(left.timestamp, right.timestamp) || compare(left.id, right.id));
    },
    daily: async (filter) => {
      await store.ping();
      const days = new Map<string, number>();
      for (const { timestamp } of found(filter)) {
        days.set(timestamp.slice(0, 10), (days.get(timestamp.slice(0, 10)) ?? 0) + 1);
      }
      return {
        traces: [...days].map(([date, traces]) => ({ date, traces })),
        usage: usageOf(records, filter),
      };
    },
    close: async () => {},
  } satisfies Store & { failing: boolean };
  return store;
};
