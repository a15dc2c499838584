import { readEvent, type TraceEvent } from "./events.ts";
import {
  type Change,
  type Fields,
  noUsage,
  type ObservationRecord,
  type ObservationType,
  type Usage,
} from "./records.ts";

export interface EventAnswer {
  readonly id: string;
  readonly status: number;
  readonly message?: string;
  readonly error?: string;
}

/** A batch, read: what to store, and an answer for every event. */
export interface ReadBatch {
  readonly changes: readonly Change[];
  readonly successes: readonly EventAnswer[];
  readonly errors: readonly EventAnswer[];
}

export interface BatchReader {
  /** "scores" for a sender that showed its public key alone. */
  readonly scope: "all" | "scores";
  newId(): string;
  /** True where an observation is stored under this id. */
  isStored(observation: string): Promise<boolean>;
}

/** Reads the events in Langfuse's order, each on its own, so that one that is refused does not affect the others. */
export async function readBatch(batch: readonly unknown[], reader: BatchReader): Promise<ReadBatch> {
  const read = batch.map(readOne);
  const refused = read.flatMap((one) => (one.ok ? [] : [one.answer]));
  const changes: Change[] = [];
  const successes: EventAnswer[] = [];
  const errors: EventAnswer[] = [...refused];
  for (const event of inOrder(read.flatMap((one) => (one.ok ? [one.event] : [])))) {
    const { id } = event;
    if (event.type === "sdk-log") continue;
    const refusal = await refusalOf(event, reader);
    if (refusal !== null) errors.push({ id, ...refusal });
    else {
      changes.push(...changesOf(event, reader.newId));
      successes.push({ id, status: 201 });
    }
  }
  return { changes, successes, errors };
}

type ReadOne = { readonly ok: true; readonly event: TraceEvent } | { readonly ok: false; readonly answer: EventAnswer };

function readOne(raw: unknown): ReadOne {
  const said = typeof raw === "object" && raw !== null && "id" in raw ? raw.id : undefined;
  const id = typeof said === "string" ? said : "unknown";
  const kept = storable(raw, nestingLimit);
  if (!kept.ok) return { ok: false, answer: { id, status: 500, error: "Internal Server Error" } };
  const read = readEvent(kept.value);
  if (read.ok) return read;
  return { ok: false, answer: { id, status: 400, message: "Invalid request data", error: read.problem } };
}

/** Deeper nesting could be stored, but not be read back everywhere. */
const nestingLimit = 128;

type Storable = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

/**
 * The value as Postgres can hold it, without NUL characters. A lone surrogate or nesting deeper than `levels` cannot be
 * stored.
 */
function storable(value: unknown, levels: number): Storable {
  if (typeof value === "string") {
    return /\p{Surrogate}/u.test(value) ? { ok: false } : { ok: true, value: value.replaceAll("\0", "") };
  }
  if (typeof value !== "object" || value === null) return { ok: true, value };
  if (levels === 0) return { ok: false };
  const entries: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) {
    const [name, kept] = [storable(key, levels), storable(inner, levels - 1)];
    if (!name.ok || !kept.ok) return { ok: false };
    // Assigning to `__proto__` would change the object's prototype.
    if (key !== "__proto__") entries.push([String(name.value), kept.value]);
  }
  return { ok: true, value: Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries) };
}

/** By their times, and updates after everything else: a batch may hold an update before what it updates. */
function inOrder(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const isUpdate = ({ type }: TraceEvent): boolean => type.endsWith("-update");
  return events.toSorted(
    (one, other) =>
      Number(isUpdate(one)) - Number(isUpdate(other)) || Date.parse(one.timestamp) - Date.parse(other.timestamp),
  );
}

async function refusalOf(event: TraceEvent, { scope, isStored }: BatchReader): Promise<Omit<EventAnswer, "id"> | null> {
  if (scope === "scores" && event.type !== "score-create") {
    return { status: 401, message: "Authentication error", error: "Access Scope Denied" };
  }
  const missing = (error: string) => ({ status: 404, message: "Resource not found", error });
  if (event.type === "score-create" && (event.body.configId ?? null) !== null) {
    return missing("The configId you provided does not match a valid config in this project");
  }
  if (event.type === "observation-update" && !(await isStored(event.body.id ?? ""))) {
    return missing(`Observation with id ${event.id} not found`);
  }
  return null;
}

function changesOf(event: Exclude<TraceEvent, { readonly type: "sdk-log" }>, newId: () => string): readonly Change[] {
  switch (event.type) {
    case "trace-create": {
      const { id, ...fields } = event.body;
      return [{ kind: "trace", id: id ?? newId(), fields: said(fields) }];
    }
    case "score-create":
      return [scoreChange(event.body, newId())];
    case "observation-create":
    case "observation-update":
      return observationChanges(event.body, event.body.type, newId());
    default:
      return observationChanges(event.body, types[event.type], newId());
  }
}

const types = {
  "event-create": "EVENT",
  "span-create": "SPAN",
  "span-update": "SPAN",
  "generation-create": "GENERATION",
  "generation-update": "GENERATION",
} as const satisfies Readonly<Record<string, ObservationType>>;

type BodyOf<Type extends TraceEvent["type"]> = Extract<TraceEvent, { readonly type: Type }>["body"];

function scoreChange(body: BodyOf<"score-create">, newId: string): Change {
  const { id, traceId, name, value } = body;
  const dataType = body.dataType ?? (typeof value === "number" ? "NUMERIC" : "CATEGORICAL");
  const rest = { observationId: body.observationId ?? null, comment: body.comment ?? null };
  return { kind: "score", id: id ?? newId, fields: { traceId, name, value, dataType, ...rest } };
}

/** An observation without a trace gets one of its own, with the same id, so that it can be found. */
function observationChanges(
  body: Partial<BodyOf<"observation-create">>,
  type: ObservationType,
  newId: string,
): readonly Change[] {
  const { id: given, traceId, usage, promptName: _name, promptVersion: _version, type: _type, ...fields } = body;
  const id = given ?? newId;
  const own: Fields<ObservationRecord> = { ...said(fields), type, ...(usage ? { usage: usageOf(usage) } : {}) };
  const observation: Change = { kind: "observation", id, fields: { ...own, traceId: traceId ?? id } };
  if ((traceId ?? null) !== null) return [observation];
  return [{ kind: "trace", id, fields: said({ name: fields.name, timestamp: fields.startTime }) }, observation];
}

type Said<Body> = { readonly [Key in keyof Body]?: Exclude<Body[Key], null | undefined> };

/** Leaves out null and undefined fields: for both, the stored value stays as it is. */
function said<Body extends object>(body: Body): Said<Body> {
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== undefined && value !== null),
  ) as Said<Body>;
}

function usageOf(given: NonNullable<BodyOf<"generation-create">["usage"]>): Usage {
  const { inputCost = null, outputCost = null } = given;
  const [input, output] = [given.input ?? 0, given.output ?? 0];
  const sum = inputCost === null && outputCost === null ? null : (inputCost ?? 0) + (outputCost ?? 0);
  return {
    ...noUsage,
    unit: given.unit ?? null,
    input,
    output,
    total: given.total ?? input + output,
    inputCost,
    outputCost,
    totalCost: given.totalCost ?? sum,
  };
}
