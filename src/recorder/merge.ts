import { mergeJson } from "./json.ts";
import type { Change, ObservationRecord, ScoreRecord, TraceRecord } from "./records.ts";
import { noUsage } from "./usage.ts";

/** Records by id. */
export interface Records {
  readonly traces: ReadonlyMap<string, TraceRecord>;
  readonly observations: ReadonlyMap<string, ObservationRecord>;
  readonly scores: ReadonlyMap<string, ScoreRecord>;
}

type ChangeOf<Kind extends Change["kind"]> = Extract<Change, { readonly kind: Kind }>;

const newTrace = (id: string, at: string, now: string): TraceRecord => ({
  id,
  timestamp: at,
  name: null,
  userId: null,
  sessionId: null,
  release: null,
  version: null,
  environment: "default",
  public: false,
  tags: [],
  metadata: null,
  input: null,
  output: null,
  createdAt: now,
  updatedAt: now,
});

const newObservation = (change: ChangeOf<"observation">, now: string): ObservationRecord => ({
  id: change.id,
  traceId: change.fields.traceId ?? change.id,
  type: change.fields.type ?? "SPAN",
  parentObservationId: null,
  name: null,
  startTime: change.at,
  endTime: null,
  completionStartTime: null,
  level: "DEFAULT",
  statusMessage: null,
  version: null,
  environment: "default",
  metadata: null,
  input: null,
  output: null,
  model: null,
  modelParameters: null,
  promptName: null,
  promptVersion: null,
  usage: noUsage,
  createdAt: now,
  updatedAt: now,
});

const mergeTrace = (old: TraceRecord | undefined, change: ChangeOf<"trace">, now: string): TraceRecord => {
  const base = old ?? newTrace(change.id, change.at, now);
  return {
    ...base,
    ...change.fields,
    metadata: mergeJson(base.metadata, change.fields.metadata ?? base.metadata),
    tags: [...new Set([...base.tags, ...(change.fields.tags ?? [])])].sort(),
    updatedAt: now,
  };
};

const mergeObservation = (
  old: ObservationRecord | undefined,
  change: ChangeOf<"observation">,
  now: string,
): ObservationRecord => {
  const base = old ?? newObservation(change, now);
  return {
    ...base,
    ...change.fields,
    metadata: mergeJson(base.metadata, change.fields.metadata ?? base.metadata),
    updatedAt: now,
  };
};

const mergeScore = (old: ScoreRecord | undefined, change: ChangeOf<"score">, now: string): ScoreRecord => ({
  ...change.fields,
  id: change.id,
  timestamp: old?.timestamp ?? change.at,
  createdAt: old?.createdAt ?? now,
  updatedAt: now,
});

/** The records after `changes`, which are taken in order; only what changed is in the answer. */
export const applyChanges = (known: Records, changes: readonly Change[], now: string): Records => {
  const traces = new Map<string, TraceRecord>();
  const observations = new Map<string, ObservationRecord>();
  const scores = new Map<string, ScoreRecord>();
  for (const change of changes) {
    const { id } = change;
    if (change.kind === "trace") {
      traces.set(id, mergeTrace(traces.get(id) ?? known.traces.get(id), change, now));
    } else if (change.kind === "observation") {
      observations.set(id, mergeObservation(observations.get(id) ?? known.observations.get(id), change, now));
    } else {
      scores.set(id, mergeScore(scores.get(id) ?? known.scores.get(id), change, now));
    }
  }
  return { traces, observations, scores };
};
