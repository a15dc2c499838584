import type { Queryable } from "../platform/postgres.ts";

// One number for every recorder: two of them never write, or make tables, at the same time.
const lockKey = 7_461_001;

// `json`, not `jsonb`: it keeps every text a sender can send, NUL and lone surrogates included.
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
  "create index if not exists observations_by_trace on goat_recorder.observations (project_id, trace_id)",
  "create index if not exists observations_by_time on goat_recorder.observations (project_id, start_time desc)",
  "create index if not exists scores_by_trace on goat_recorder.scores (project_id, trace_id)",
];

/** Waits until no other recorder writes; the transaction's end lets go. */
export const lockForWriting = (connection: Queryable): Promise<unknown> =>
  connection.query("select pg_advisory_xact_lock($1)", [lockKey]);

/** Makes what is missing in the schema `goat_recorder`, which is never taken for Langfuse's own tables. */
export const prepareSchema = async (connection: Queryable): Promise<void> => {
  await lockForWriting(connection);
  for (const statement of statements) await connection.query(statement);
};
