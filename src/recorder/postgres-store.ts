import type { PostgresPool } from "../platform/postgres.ts";
import { writeChanges } from "./postgres-write.ts";
import type { ObservationRecord, ScoreRecord, TraceRecord } from "./records.ts";
import { prepareSchema } from "./schema.ts";
import { columnText, whereObservations, whereTraces } from "./sql.ts";
import type {
  DailyCounts,
  DailyTraces,
  DailyUsage,
  Found,
  FullTrace,
  ObservationQuery,
  Store,
  TraceFilter,
  TraceQuery,
  TraceSummary,
} from "./store.ts";

interface SummaryRow {
  readonly document: TraceRecord;
  readonly observation_ids: readonly string[] | null;
  readonly score_ids: readonly string[] | null;
  readonly cost: number | null;
  readonly latency_ms: number | null;
}

// Names sort by their bytes, so that a page is the same whatever locale the database was made with.
const orderColumns: Readonly<Record<TraceQuery["orderBy"]["field"], string>> = {
  timestamp: "t.timestamp",
  name: 't.name collate "C"',
  id: 't.id collate "C"',
  userId: 't.user_id collate "C"',
  sessionId: 't.session_id collate "C"',
};

const offsetOf = ({ page, limit }: { readonly page: number; readonly limit: number }): number => (page - 1) * limit;

const countRows = async (pool: PostgresPool, from: string, values: readonly unknown[]): Promise<number> => {
  const rows = await pool.query<{ total: number }>(`select count(*)::int as total from ${from}`, values);
  return rows[0]?.total ?? 0;
};

const listTraces = async (pool: PostgresPool, project: string, query: TraceQuery): Promise<Found<TraceSummary>> => {
  const { text, values } = whereTraces(project, query);
  const direction = query.orderBy.descending ? "desc nulls last" : "asc nulls last";
  const rows = await pool.query<SummaryRow>(
    `select t.document, o.ids as observation_ids, s.ids as score_ids, o.cost, o.latency_ms
     from goat_recorder.traces t
     left join lateral (
       select array_agg(id order by start_time, id collate "C") as ids, sum(total_cost) as cost,
         (extract(epoch from max(coalesce(end_time, start_time)) - min(start_time)) * 1000)::float8 as latency_ms
       from goat_recorder.observations where project_id = t.project_id and trace_id = t.id) o on true
     left join lateral (
       select array_agg(id order by timestamp, id collate "C") as ids
       from goat_recorder.scores where project_id = t.project_id and trace_id = t.id) s on true
     where ${text} order by ${orderColumns[query.orderBy.field]} ${direction}, t.id collate "C"
     limit ${query.limit} offset ${offsetOf(query)}`,
    values,
  );
  const summaries = rows.map((row) => ({
    trace: row.document,
    observationIds: row.observation_ids ?? [],
    scoreIds: row.score_ids ?? [],
    totalCost: row.cost ?? 0,
    latencyMs: row.latency_ms ?? 0,
  }));
  return { rows: summaries, total: await countRows(pool, `goat_recorder.traces t where ${text}`, values) };
};

const readTrace = async (pool: PostgresPool, project: string, id: string): Promise<FullTrace | null> => {
  const values = [project, columnText(id)];
  const part = <Stored>(table: string, time: string) =>
    pool.query<{ document: Stored }>(
      `select document from goat_recorder.${table} where project_id = $1 and trace_id = $2
       order by ${time}, id collate "C"`,
      values,
    );
  const [trace] = await pool.query<{ document: TraceRecord }>(
    "select document from goat_recorder.traces where project_id = $1 and id = $2",
    values,
  );
  if (trace === undefined) return null;
  const [observations, scores] = await Promise.all([
    part<ObservationRecord>("observations", "start_time"),
    part<ScoreRecord>("scores", "timestamp"),
  ]);
  return {
    trace: trace.document,
    observations: observations.map(({ document }) => document),
    scores: scores.map(({ document }) => document),
  };
};

const listObservations = async (
  pool: PostgresPool,
  project: string,
  query: ObservationQuery,
): Promise<Found<ObservationRecord>> => {
  const { text, values } = whereObservations(project, query);
  const rows = await pool.query<{ document: ObservationRecord }>(
    `select o.document from goat_recorder.observations o where ${text}
     order by o.start_time desc, o.id collate "C" limit ${query.limit} offset ${offsetOf(query)}`,
    values,
  );
  return {
    rows: rows.map(({ document }) => document),
    total: await countRows(pool, `goat_recorder.observations o where ${text}`, values),
  };
};

const countDaily = async (pool: PostgresPool, project: string, filter: TraceFilter): Promise<DailyCounts> => {
  const { text, values } = whereTraces(project, filter);
  const day = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD')`;
  const [traces, usage] = await Promise.all([
    pool.query<DailyTraces>(
      `select ${day("t.timestamp")} as date, count(*)::int as traces from goat_recorder.traces t
       where ${text} group by 1`,
      values,
    ),
    pool.query<DailyUsage>(
      `select ${day("o.start_time")} as date, o.model, sum(o.input_tokens)::float8 as input,
         sum(o.output_tokens)::float8 as output, sum(o.total_tokens)::float8 as total,
         count(*)::int as observations, count(distinct o.trace_id)::int as traces, sum(o.total_cost) as cost
       from goat_recorder.observations o
       join goat_recorder.traces t on t.project_id = o.project_id and t.id = o.trace_id
       where ${text} group by 1, 2`,
      values,
    ),
  ]);
  return { traces, usage };
};

/** The store in Postgres, in its own schema; makes the tables that are missing. */
export const openPostgresStore = async (pool: PostgresPool, project: string): Promise<Store> => {
  await pool.transaction(prepareSchema);
  return {
    ping: async () => {
      await pool.query("select 1");
    },
    write: (changes, now) => pool.transaction((connection) => writeChanges(connection, project, changes, now)),
    traces: (query) => listTraces(pool, project, query),
    trace: (id) => readTrace(pool, project, id),
    observations: (query) => listObservations(pool, project, query),
    daily: (filter) => countDaily(pool, project, filter),
    close: () => pool.close(),
  };
};
