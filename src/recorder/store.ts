import type { Change, ObservationRecord, ScoreRecord, TraceRecord } from "./records.ts";

/** Pages count from 1. */
export interface PageQuery {
  readonly page: number;
  readonly limit: number;
}

export const traceOrders = ["timestamp", "name", "id", "userId", "sessionId"] as const;

/** Times are ISO; `from` is included, `to` is not. Every tag must be there. */
export interface TraceFilter {
  readonly name?: string;
  readonly userId?: string;
  readonly sessionId?: string;
  readonly tags: readonly string[];
  readonly from?: string;
  readonly to?: string;
}

export interface TraceQuery extends TraceFilter, PageQuery {
  readonly orderBy: { readonly field: (typeof traceOrders)[number]; readonly descending: boolean };
}

export interface ObservationQuery extends PageQuery {
  readonly traceId?: string;
  readonly type?: string;
  readonly name?: string;
  readonly parentObservationId?: string;
  readonly from?: string;
  readonly to?: string;
}

export interface Found<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

export interface TraceSummary {
  readonly trace: TraceRecord;
  /** By start time. */
  readonly observationIds: readonly string[];
  readonly scoreIds: readonly string[];
  readonly totalCost: number;
  readonly latencyMs: number;
}

export interface FullTrace {
  readonly trace: TraceRecord;
  readonly observations: readonly ObservationRecord[];
  readonly scores: readonly ScoreRecord[];
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

/** Where records live. One writer at a time sees what the one before it wrote. */
export interface Store {
  /** Rejects where the database does not answer. */
  ping(): Promise<void>;
  /** All or nothing. `now` is an ISO time. */
  write(changes: readonly Change[], now: string): Promise<void>;
  traces(query: TraceQuery): Promise<Found<TraceSummary>>;
  trace(id: string): Promise<FullTrace | null>;
  /** Newest first. */
  observations(query: ObservationQuery): Promise<Found<ObservationRecord>>;
  /** Days are those of a trace's timestamp and of an observation's start; usage counts observations of found traces. */
  daily(filter: TraceFilter): Promise<DailyCounts>;
  close(): Promise<void>;
}
