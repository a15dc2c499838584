/** What the recorder keeps. Times are ISO strings in UTC; costs are US dollars, as the sender worked them out. */
export interface TraceRecord {
  readonly id: string;
  readonly timestamp: string;
  readonly name: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly release: string | null;
  readonly version: string | null;
  readonly public: boolean;
  readonly tags: readonly string[];
  readonly metadata: unknown;
  readonly input: unknown;
  readonly output: unknown;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type ObservationType = "GENERATION" | "SPAN" | "EVENT";

export interface ObservationRecord {
  readonly id: string;
  readonly traceId: string;
  readonly type: ObservationType;
  readonly parentObservationId: string | null;
  readonly name: string | null;
  readonly startTime: string;
  readonly endTime: string | null;
  readonly completionStartTime: string | null;
  readonly level: string;
  readonly statusMessage: string | null;
  readonly version: string | null;
  readonly metadata: unknown;
  readonly input: unknown;
  readonly output: unknown;
  readonly model: string | null;
  readonly modelParameters: unknown;
  readonly usage: Usage;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Usage {
  /** Null where the sender names none. */
  readonly unit: string | null;
  readonly input: number;
  readonly output: number;
  readonly total: number;
  readonly inputCost: number | null;
  readonly outputCost: number | null;
  readonly totalCost: number | null;
}

export const noUsage: Usage = {
  unit: null,
  input: 0,
  output: 0,
  total: 0,
  inputCost: null,
  outputCost: null,
  totalCost: null,
};

export interface ScoreRecord {
  readonly id: string;
  readonly traceId: string;
  readonly observationId: string | null;
  readonly name: string;
  readonly value: number | string;
  readonly dataType: "NUMERIC" | "CATEGORICAL" | "BOOLEAN";
  readonly comment: string | null;
  readonly timestamp: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

type Stamps = "id" | "createdAt" | "updatedAt";

/** The fields that an event sets; a field that it does not mention stays as it is. */
export type Fields<Stored> = { readonly [Key in keyof Omit<Stored, Stamps>]?: Stored[Key] };

/** What one event changes in one record. */
export type Change =
  | { readonly kind: "trace"; readonly id: string; readonly fields: Fields<TraceRecord> }
  | {
      readonly kind: "observation";
      readonly id: string;
      readonly fields: Fields<ObservationRecord> & { readonly traceId: string };
    }
  | { readonly kind: "score"; readonly id: string; readonly fields: Omit<ScoreRecord, Stamps | "timestamp"> };

/** Records by id. */
export interface Records {
  readonly traces: ReadonlyMap<string, TraceRecord>;
  readonly observations: ReadonlyMap<string, ObservationRecord>;
  readonly scores: ReadonlyMap<string, ScoreRecord>;
}

type ChangeOf<Kind extends Change["kind"]> = Extract<Change, { readonly kind: Kind }>;

type Keyed = Record<string, unknown>;

/** Applies `changes` in order, and returns only the records that changed. `now` is an ISO time. */
export function applyChanges(known: Records, changes: readonly Change[], now: string): Records {
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
      scores.set(id, mergeScore(known.scores.get(id), change, now));
    }
  }
  return { traces, observations, scores };
}

function mergeTrace(old: TraceRecord | undefined, { id, fields }: ChangeOf<"trace">, now: string): TraceRecord {
  const base = old ?? newTrace(id, now);
  return {
    ...base,
    ...fields,
    metadata: mergeJson(base.metadata, fields.metadata),
    tags: [...new Set([...base.tags, ...(fields.tags ?? [])])].sort(),
    updatedAt: now,
  };
}

function newTrace(id: string, now: string): TraceRecord {
  return {
    id,
    timestamp: now,
    name: null,
    userId: null,
    sessionId: null,
    release: null,
    version: null,
    public: false,
    tags: [],
    metadata: null,
    input: null,
    output: null,
    createdAt: now,
    updatedAt: now,
  };
}

/**
 * Merges metadata that comes in several events, as Langfuse does: mappings by key, lists by position, and a text over
 * either of them as a list of its characters. If `next` is absent or null, `old` stays.
 */
function mergeJson(old: unknown, next: unknown): unknown {
  if (next === undefined || next === null) return old;
  if (!isKeyed(old)) return next;
  const merged: Keyed = Array.isArray(old) ? Object.assign([], old) : { ...old };
  const said = typeof next === "string" || isKeyed(next) ? Object.entries(next) : [];
  for (const [key, value] of said) merged[key] = isKeyed(value) ? mergeJson(merged[key], value) : value;
  return merged;
}

function isKeyed(value: unknown): value is Keyed {
  return typeof value === "object" && value !== null;
}

function mergeObservation(
  old: ObservationRecord | undefined,
  { id, fields }: ChangeOf<"observation">,
  now: string,
): ObservationRecord {
  const base = old ?? newObservation(id, fields.traceId, now);
  return { ...base, ...fields, metadata: mergeJson(base.metadata, fields.metadata), updatedAt: now };
}

function newObservation(id: string, traceId: string, now: string): ObservationRecord {
  return {
    id,
    traceId,
    type: "SPAN",
    parentObservationId: null,
    name: null,
    startTime: now,
    endTime: null,
    completionStartTime: null,
    level: "DEFAULT",
    statusMessage: null,
    version: null,
    metadata: null,
    input: null,
    output: null,
    model: null,
    modelParameters: null,
    usage: noUsage,
    createdAt: now,
    updatedAt: now,
  };
}

function mergeScore(old: ScoreRecord | undefined, { id, fields }: ChangeOf<"score">, now: string): ScoreRecord {
  const made = old ?? { timestamp: now, createdAt: now };
  return { ...fields, id, timestamp: made.timestamp, createdAt: made.createdAt, updatedAt: now };
}
