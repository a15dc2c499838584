import type { Change, ObservationRecord, ScoreRecord, TraceRecord } from "./records.ts";

/** Pages count from 1. */
export interface PageQuery {
  readonly page: number;
  readonly limit: number;
}

export const traceOrders = ["timestamp", "name", "id", "userId", "sessionId", "release", "version"] as const;

/** Times are ISO; `from` is included, `to` is not. Every tag must be there. */
export interface TraceFilter {
  readonly name?: string | undefined;
  readonly userId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly version?: string | undefined;
  readonly release?: string | undefined;
  readonly tags: readonly string[];
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface TraceQuery extends TraceFilter, PageQuery {
  /** Traces without the field come first in ascending order and last in descending order. */
  readonly orderBy: { readonly field: (typeof traceOrders)[number]; readonly descending: boolean };
}

export interface ObservationQuery extends PageQuery {
  readonly traceId?: string | undefined;
  readonly type?: string | undefined;
  readonly name?: string | undefined;
  /** The user of the observation's trace. */
  readonly userId?: string | undefined;
  readonly version?: string | undefined;
  readonly parentObservationId?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface Found<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

export interface TraceSummary {
  readonly trace: TraceRecord;
  /** By start time. */
  readonly observationIds: readonly string[];
  /** The newest first. */
  readonly scoreIds: readonly string[];
  readonly totalCost: number;
  /** In seconds, from the first start to the last end or start. */
  readonly latency: number;
}

export interface FullTrace {
  readonly trace: TraceRecord;
  readonly observations: readonly ObservationRecord[];
  readonly scores: readonly ScoreRecord[];
}

/** The session that all traces with the same `sessionId` form. */
export interface SessionRecord {
  readonly id: string;
  readonly createdAt: string;
}

/** `date` is a day in UTC, YYYY-MM-DD. */
export interface DailyTraces {
  readonly date: string;
  readonly traces: number;
}

export interface DailyUsage {
  readonly date: string;
  readonly model: string | null;
  readonly input: number;
  readonly output: number;
  readonly total: number;
  readonly observations: number;
  readonly traces: number;
  readonly cost: number;
}

export interface DailyCounts {
  readonly traces: readonly DailyTraces[];
  readonly usage: readonly DailyUsage[];
}

/**
 * Where records are kept. Writes run one after another, each with the results of those before. Lists come newest first,
 * unless the query has an order.
 */
export interface Store {
  /** Rejects where the database does not answer. */
  ping(): Promise<void>;
  /** All or nothing. `now` is an ISO time. */
  write(changes: readonly Change[], now: string): Promise<void>;
  traces(query: TraceQuery): Promise<Found<TraceSummary>>;
  trace(id: string): Promise<FullTrace | null>;
  observations(query: ObservationQuery): Promise<Found<ObservationRecord>>;
  observation(id: string): Promise<ObservationRecord | null>;
  scores(query: PageQuery): Promise<Found<ScoreRecord>>;
  sessions(query: PageQuery): Promise<Found<SessionRecord>>;
  /** The session's traces, the oldest first. */
  session(id: string): Promise<readonly TraceRecord[]>;
  /** Days are those of a trace's timestamp and of an observation's start; usage counts observations of found traces. */
  daily(filter: TraceFilter): Promise<DailyCounts>;
  close(): Promise<void>;
}
