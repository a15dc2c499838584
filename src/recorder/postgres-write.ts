import type { Queryable } from "../platform/postgres.ts";
import {
  applyChanges,
  type Change,
  type ObservationRecord,
  type Records,
  type ScoreRecord,
  type TraceRecord,
} from "./records.ts";

// `json`, not `jsonb`: it keeps the order of keys, and does not have to be taken apart to be stored.
const statements = [
  "create schema if not exists goat_recorder",
  `create table if not exists goat_recorder.traces (
    project_id text not null, id text not null, timestamp timestamptz not null,
    name text, user_id text, session_id text, tags text[] not null, document json not null,
    primary key (project_id, id))`,
  `create table if not exists goat_recorder.observations (
    project_id text not null, id text not null, trace_id text not null, type text not null,
    name text, parent_id text, model text, start_time timestamptz not null, end_time timestamptz,
    input_tokens bigint not null, output_tokens bigint not null, total_tokens bigint not null,
    total_cost double precision not null, document json not null,
    primary key (project_id, id))`,
  `create table if not exists goat_recorder.scores (
    project_id text not null, id text not null, trace_id text not null, timestamp timestamptz not null,
    document json not null, primary key (project_id, id))`,
  "create index if not exists traces_by_time on goat_recorder.traces (project_id, timestamp desc)",
  "create index if not exists traces_by_session on goat_recorder.traces (project_id, session_id)",
  "create index if not exists observations_by_trace on goat_recorder.observations (project_id, trace_id)",
  "create index if not exists observations_by_time on goat_recorder.observations (project_id, start_time desc)",
  "create index if not exists scores_by_trace on goat_recorder.scores (project_id, trace_id)",
];

// The same lock for every recorder, so that no two write or create tables at the same time.
const lockKey = 7_461_001;

type Kind = Change["kind"];

const tables: Readonly<Record<Kind, string>> = { trace: "traces", observation: "observations", score: "scores" };

/** Creates what is missing in the schema `goat_recorder`, which keeps these tables apart from Langfuse's own. */
export async function prepareTables(connection: Queryable): Promise<void> {
  await lockForWriting(connection);
  for (const statement of statements) await connection.query(statement);
}

/** Waits until no other recorder writes, and holds the lock until the transaction ends. */
function lockForWriting(connection: Queryable): Promise<unknown> {
  return connection.query("select pg_advisory_xact_lock($1)", [lockKey]);
}

/** Merges `changes` into what is stored. Must run in a transaction of its own. `now` is an ISO time. */
export async function writeChanges(
  connection: Queryable,
  project: string,
  changes: readonly Change[],
  now: string,
): Promise<void> {
  await lockForWriting(connection);
  const known: Records = {
    traces: await load<TraceRecord>(connection, project, "trace", changes),
    observations: await load<ObservationRecord>(connection, project, "observation", changes),
    scores: await load<ScoreRecord>(connection, project, "score", changes),
  };
  const changed = applyChanges(known, changes, now);
  for (const trace of changed.traces.values()) await upsert(connection, "trace", traceRow(project, trace));
  for (const observation of changed.observations.values()) {
    await upsert(connection, "observation", observationRow(project, observation));
  }
  for (const score of changed.scores.values()) await upsert(connection, "score", scoreRow(project, score));
}

async function load<Stored extends { readonly id: string }>(
  connection: Queryable,
  project: string,
  kind: Kind,
  changes: readonly Change[],
): Promise<ReadonlyMap<string, Stored>> {
  const ids = changes.filter((change) => change.kind === kind).map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const rows = await connection.query<{ document: Stored }>(
    `select document from goat_recorder.${tables[kind]} where project_id = $1 and id = any($2)`,
    [project, ids],
  );
  return new Map(rows.map(({ document }) => [document.id, document]));
}

function upsert(connection: Queryable, kind: Kind, row: Readonly<Record<string, unknown>>): Promise<unknown> {
  const columns = Object.keys(row);
  const places = columns.map((_, index) => `$${index + 1}`);
  const updates = columns.map((column) => `${column} = excluded.${column}`);
  return connection.query(
    `insert into goat_recorder.${tables[kind]} (${columns.join(", ")}) values (${places.join(", ")})
     on conflict (project_id, id) do update set ${updates.join(", ")}`,
    Object.values(row),
  );
}

function traceRow(project: string, trace: TraceRecord) {
  return {
    project_id: project,
    id: trace.id,
    timestamp: trace.timestamp,
    name: trace.name,
    user_id: trace.userId,
    session_id: trace.sessionId,
    tags: trace.tags,
    document: JSON.stringify(trace),
  };
}

function observationRow(project: string, observation: ObservationRecord) {
  return {
    project_id: project,
    id: observation.id,
    trace_id: observation.traceId,
    type: observation.type,
    name: observation.name,
    parent_id: observation.parentObservationId,
    model: observation.model,
    start_time: observation.startTime,
    end_time: observation.endTime,
    input_tokens: observation.usage.input,
    output_tokens: observation.usage.output,
    total_tokens: observation.usage.total,
    total_cost: observation.usage.totalCost ?? 0,
    document: JSON.stringify(observation),
  };
}

function scoreRow(project: string, score: ScoreRecord) {
  return {
    project_id: project,
    id: score.id,
    trace_id: score.traceId,
    timestamp: score.timestamp,
    document: JSON.stringify(score),
  };
}
