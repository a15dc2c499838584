import type { ObservationQuery, TraceFilter } from "./store.ts";

/** A condition with its values; `$1` is always the project. */
export interface Where {
  readonly text: string;
  readonly values: readonly unknown[];
}

// Postgres' text holds no NUL; what is looked for is changed the same way as what is stored.
export const columnText = (value: string | null | undefined): string | null => value?.replaceAll("\0", "") ?? null;

const where = (projectColumn: string, project: string, conditions: readonly (readonly [string, unknown])[]): Where => {
  const values: unknown[] = [project];
  const parts = [`${projectColumn} = $1`];
  for (const [condition, value] of conditions) {
    if (value === undefined || value === null) continue;
    values.push(value);
    parts.push(condition.replace("?", `$${values.length}`));
  }
  return { text: parts.join(" and "), values };
};

export const whereTraces = (project: string, filter: TraceFilter): Where =>
  where("t.project_id", project, [
    ["t.name = ?", columnText(filter.name)],
    ["t.user_id = ?", columnText(filter.userId)],
    ["t.session_id = ?", columnText(filter.sessionId)],
    ["t.tags @> ?::text[]", filter.tags.length === 0 ? null : filter.tags.map(columnText)],
    ["t.timestamp >= ?", filter.from],
    ["t.timestamp < ?", filter.to],
  ]);

export const whereObservations = (project: string, query: ObservationQuery): Where =>
  where("o.project_id", project, [
    ["o.trace_id = ?", columnText(query.traceId)],
    ["o.type = ?", columnText(query.type)],
    ["o.name = ?", columnText(query.name)],
    ["o.parent_id = ?", columnText(query.parentObservationId)],
    ["o.start_time >= ?", query.from],
    ["o.start_time < ?", query.to],
  ]);
