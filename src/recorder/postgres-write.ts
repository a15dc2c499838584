import type { Queryable } from "../platform/postgres.ts";
import { applyChanges, type Records } from "./merge.ts";
import type { Change, ObservationRecord, ScoreRecord, TraceRecord } from "./records.ts";
import { lockForWriting } from "./schema.ts";
import { columnText } from "./sql.ts";

type Kind = Change["kind"];

const tables: Readonly<Record<Kind, string>> = { trace: "traces", observation: "observations", score: "scores" };

const load = async <Stored extends { readonly id: string }>(
  connection: Queryable,
  project: string,
  kind: Kind,
  changes: readonly Change[],
): Promise<ReadonlyMap<string, Stored>> => {
  const ids = changes.filter((change) => change.kind === kind).map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const rows = await connection.query<{ document: Stored }>(
    `select document from goat_recorder.${tables[kind]} where project_id = $1 and id = any($2)`,
    [project, ids],
  );
  return new Map(rows.map(({ document }) => [document.id, document]));
};

const upsert = (connection: Queryable, kind: Kind, row: Readonly<Record<string, unknown>>): Promise<unknown> => {
  const columns = Object.keys(row);
  const places = columns.map((_, index) => `$${index + 1}`);
  const updates = columns.map((column) => `${column} = excluded.${column}`);
  return connection.query(
    `insert into goat_recorder.${tables[kind]} (${columns.join(", ")}) values (${places.join(", ")})
     on conflict (project_id, id) do update set ${updates.join(", ")}`,
    Object.values(row),
  );
};

const traceRow = (project: string, trace: TraceRecord) => ({
  project_id: project,
  id: trace.id,
  timestamp: trace.timestamp,
  name: columnText(trace.name),
  user_id: columnText(trace.userId),
  session_id: columnText(trace.sessionId),
  tags: trace.tags.map(columnText),
  document: JSON.stringify(trace),
});

const observationRow = (project: string, observation: ObservationRecord) => ({
  project_id: project,
  id: observation.id,
  trace_id: columnText(observation.traceId),
  type: observation.type,
  name: columnText(observation.name),
  parent_id: columnText(observation.parentObservationId),
  model: columnText(observation.model),
  start_time: observation.startTime,
  end_time: observation.endTime,
  input_tokens: observation.usage.input,
  output_tokens: observation.usage.output,
  total_tokens: observation.usage.total,
  total_cost: observation.usage.totalCost ?? 0,
  document: JSON.stringify(observation),
});

const scoreRow = (project: string, score: ScoreRecord) => ({
  project_id: project,
  id: score.id,
  trace_id: columnText(score.traceId),
  timestamp: score.timestamp,
  document: JSON.stringify(score),
});

/** Merges `changes` into what is stored. To be run in a transaction of its own. */
export const writeChanges = async (
  connection: Queryable,
  project: string,
  changes: readonly Change[],
  now: string,
): Promise<void> => {
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
};
