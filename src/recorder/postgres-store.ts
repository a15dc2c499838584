import type { PostgresPool } from "../platform/postgres.ts";
import { prepareTables, writeChanges } from "./postgres-write.ts";
import type { ObservationRecord, ScoreRecord, TraceRecord } from "./records.ts";
import type {
  DailyCounts,
  DailyTraces,
  DailyUsage,
  Found,
  FullTrace,
  ObservationQuery,
  PageQuery,
  SessionRecord,
  Store,
  TraceFilter,
  TraceQuery,
  TraceSummary,
} from "./store.ts";

interface Tables {
  readonly pool: PostgresPool;
  readonly project: string;
}

/** A condition with its values; `$1` is always the project. */
interface Condition {
  readonly text: string;
  readonly values: readonly unknown[];
}

interface SummaryRow {
  readonly document: TraceRecord;
  readonly observation_ids: readonly string[] | null;
  readonly score_ids: readonly string[] | null;
  readonly cost: number | null;
  readonly latency: number | null;
}

// Names sort by their bytes, so that a page is the same whatever locale the database was made with.
const orderColumns: Readonly<Record<TraceQuery["orderBy"]["field"], string>> = {
  timestamp: "t.timestamp",
  name: 't.name collate "C"',
  id: 't.id collate "C"',
  userId: 't.user_id collate "C"',
  sessionId: 't.session_id collate "C"',
  release: "t.document->>'release' collate \"C\"",
  version: "t.document->>'version' collate \"C\"",
};

/** The store in Postgres, in its own schema; makes the tables that are missing. */
export async function openPostgresStore(pool: PostgresPool, project: string): Promise<Store> {
  await pool.transaction(prepareTables);
  const at: Tables = { pool, project };
  return {
    ping: async () => {
      await pool.query("select 1");
    },
    write: (changes, now) => pool.transaction((connection) => writeChanges(connection, project, changes, now)),
    traces: (query) => listTraces(at, query),
    trace: (id) => readTrace(at, id),
    observations: (query) => listObservations(at, query),
    observation: (id) => readOne<ObservationRecord>(at, "observations", id),
    scores: (query) =>
      listDocuments<ScoreRecord>(at, "scores s", condition("s", project, []), "s.timestamp desc, s.id desc", query),
    sessions: (query) => listSessions(at, query),
    session: (id) => readSession(at, id),
    daily: (filter) => countDaily(at, filter),
    close: () => pool.close(),
  };
}

async function listTraces(at: Tables, query: TraceQuery): Promise<Found<TraceSummary>> {
  const where = ofTraces(at.project, query);
  const [direction, nulls] = query.orderBy.descending ? ["desc", "nulls last"] : ["asc", "nulls first"];
  const sql = `select t.document, o.ids as observation_ids, s.ids as score_ids, o.cost, o.latency
     from goat_recorder.traces t
     left join lateral (
       select array_agg(id order by start_time, id collate "C") as ids, sum(total_cost) as cost,
         extract(epoch from max(coalesce(end_time, start_time)))::float8
           - extract(epoch from min(start_time))::float8 as latency
       from goat_recorder.observations where project_id = t.project_id and trace_id = t.id) o on true
     left join lateral (
       select array_agg(id order by timestamp desc, id collate "C" desc) as ids
       from goat_recorder.scores where project_id = t.project_id and trace_id = t.id) s on true
     where ${where.text}
     order by ${orderColumns[query.orderBy.field]} ${direction} ${nulls}, t.id collate "C" ${direction} ${paged(query)}`;
  const [rows, total] = await Promise.all([
    at.pool.query<SummaryRow>(sql, where.values),
    countRows(at, "traces t", where),
  ]);
  const summaries = rows.map((row) => ({
    trace: row.document,
    observationIds: row.observation_ids ?? [],
    scoreIds: row.score_ids ?? [],
    totalCost: row.cost ?? 0,
    latency: row.latency ?? 0,
  }));
  return { rows: summaries, total };
}

function ofTraces(project: string, filter: TraceFilter): Condition {
  return condition("t", project, [
    ["t.name = ?", filter.name],
    ["t.user_id = ?", filter.userId],
    ["t.session_id = ?", filter.sessionId],
    ["t.document->>'version' = ?", filter.version],
    ["t.document->>'release' = ?", filter.release],
    ["t.tags @> ?::text[]", filter.tags.length === 0 ? null : filter.tags],
    ["t.timestamp >= ?", filter.from],
    ["t.timestamp < ?", filter.to],
  ]);
}

function condition(table: string, project: string, parts: readonly (readonly [string, unknown])[]): Condition {
  const values: unknown[] = [project];
  const texts = [`${table}.project_id = $1`];
  for (const [text, value] of parts) {
    if (value === undefined || value === null) continue;
    values.push(value);
    texts.push(text.replace("?", `$${values.length}`));
  }
  return { text: texts.join(" and "), values };
}

function paged({ page, limit }: PageQuery): string {
  return `limit ${limit} offset ${(page - 1) * limit}`;
}

async function countRows({ pool }: Tables, from: string, { text, values }: Condition): Promise<number> {
  const sql = `select count(*)::int as total from goat_recorder.${from} where ${text}`;
  const rows = await pool.query<{ total: number }>(sql, values);
  return rows[0]?.total ?? 0;
}

async function readTrace(at: Tables, id: string): Promise<FullTrace | null> {
  const parts = async <Stored>(table: string, order: string): Promise<readonly Stored[]> => {
    const sql = `select document from goat_recorder.${table} where project_id = $1 and trace_id = $2 order by ${order}`;
    return (await at.pool.query<{ document: Stored }>(sql, [at.project, id])).map(({ document }) => document);
  };
  const trace = await readOne<TraceRecord>(at, "traces", id);
  if (trace === null) return null;
  const [observations, scores] = await Promise.all([
    parts<ObservationRecord>("observations", 'start_time, id collate "C"'),
    parts<ScoreRecord>("scores", 'timestamp desc, id collate "C" desc'),
  ]);
  return { trace, observations, scores };
}

async function readOne<Stored>({ pool, project }: Tables, table: string, id: string): Promise<Stored | null> {
  const sql = `select document from goat_recorder.${table} where project_id = $1 and id = $2`;
  const [row] = await pool.query<{ document: Stored }>(sql, [project, id]);
  return row?.document ?? null;
}

function listObservations(at: Tables, query: ObservationQuery): Promise<Found<ObservationRecord>> {
  return listDocuments(at, "observations o", ofObservations(at.project, query), "o.start_time desc, o.id desc", query);
}

async function listDocuments<Stored>(
  at: Tables,
  from: string,
  where: Condition,
  order: string,
  query: PageQuery,
): Promise<Found<Stored>> {
  const sql = `select document from goat_recorder.${from} where ${where.text} order by ${order} ${paged(query)}`;
  const [rows, total] = await Promise.all([
    at.pool.query<{ document: Stored }>(sql, where.values),
    countRows(at, from, where),
  ]);
  return { rows: rows.map(({ document }) => document), total };
}

function ofObservations(project: string, query: ObservationQuery): Condition {
  return condition("o", project, [
    ["o.trace_id = ?", query.traceId],
    ["o.type = ?", query.type],
    ["o.name = ?", query.name],
    [
      "exists (select from goat_recorder.traces t where t.project_id = $1 and t.id = o.trace_id and t.user_id = ?)",
      query.userId,
    ],
    ["o.document->>'version' = ?", query.version],
    ["o.parent_id = ?", query.parentObservationId],
    ["o.start_time >= ?", query.from],
    ["o.start_time < ?", query.to],
  ]);
}

async function listSessions({ pool, project }: Tables, query: PageQuery): Promise<Found<SessionRecord>> {
  const sessions = `select session_id as id, min(document->>'createdAt') as "createdAt"
     from goat_recorder.traces where project_id = $1 and session_id is not null group by 1`;
  const [rows, counted] = await Promise.all([
    pool.query<SessionRecord>(`${sessions} order by 2 desc, 1 desc ${paged(query)}`, [project]),
    pool.query<{ total: number }>(`select count(*)::int as total from (${sessions}) s`, [project]),
  ]);
  return { rows, total: counted[0]?.total ?? 0 };
}

async function readSession({ pool, project }: Tables, id: string): Promise<readonly TraceRecord[]> {
  const sql = `select document from goat_recorder.traces where project_id = $1 and session_id = $2 order by timestamp, id`;
  return (await pool.query<{ document: TraceRecord }>(sql, [project, id])).map(({ document }) => document);
}

async function countDaily({ pool, project }: Tables, filter: TraceFilter): Promise<DailyCounts> {
  const { text, values } = ofTraces(project, filter);
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
}
