import { type BodyReader, readBody, readTime } from "./body-reader.ts";
import { isObject, isShallow, type JsonObject } from "./json.ts";
import type { Change, Fields, ObservationRecord, ObservationType, ScoreRecord, TraceRecord } from "./records.ts";
import { readUsage } from "./usage.ts";

interface EventResult {
  readonly id: string;
  readonly status: number;
  readonly message?: string;
  readonly error?: string;
}

/** A batch, read: what to store, and an answer for every event. */
export interface ReadBatch {
  readonly changes: readonly Change[];
  readonly successes: readonly EventResult[];
  readonly errors: readonly EventResult[];
}

const nestingLimit = 200;
const idLimit = 500;
// Postgres' text holds neither NUL nor half of a surrogate pair.
const unstorable = /[\0\p{Surrogate}]/u;

const observationTypes: ReadonlyMap<string, ObservationType> = new Map([
  ["generation-create", "GENERATION"],
  ["generation-update", "GENERATION"],
  ["span-create", "SPAN"],
  ["span-update", "SPAN"],
  ["event-create", "EVENT"],
]);

type Said<Of> = { readonly [Key in keyof Of]: Of[Key] | undefined };

const withoutUnsaid = <Of extends object>(said: Said<Of>): Of =>
  Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as Of;

const traceFields = (body: BodyReader): Fields<TraceRecord> =>
  withoutUnsaid<Fields<TraceRecord>>({
    timestamp: body.time("timestamp"),
    name: body.text("name"),
    userId: body.text("userId"),
    sessionId: body.text("sessionId"),
    release: body.text("release"),
    version: body.text("version"),
    environment: body.text("environment"),
    public: body.flag("public"),
    tags: body.texts("tags"),
    metadata: body.json("metadata"),
    input: body.json("input"),
    output: body.json("output"),
  });

const observationFields = (body: BodyReader, type: ObservationType): Fields<ObservationRecord> =>
  withoutUnsaid<Fields<ObservationRecord>>({
    traceId: body.text("traceId"),
    type,
    parentObservationId: body.text("parentObservationId"),
    name: body.text("name"),
    startTime: body.time("startTime"),
    endTime: body.time("endTime"),
    completionStartTime: body.time("completionStartTime"),
    level: body.text("level"),
    statusMessage: body.text("statusMessage"),
    version: body.text("version"),
    environment: body.text("environment"),
    metadata: body.json("metadata"),
    input: body.json("input"),
    output: body.json("output"),
    model: body.text("model"),
    modelParameters: body.object("modelParameters"),
    promptName: body.text("promptName"),
    promptVersion: body.number("promptVersion"),
    usage: readUsage(body.json("usage"), body.json("usageDetails"), body.json("costDetails")),
  });

const scoreFields = (body: BodyReader, problems: string[]) => {
  const value = body.json("value");
  const traceId = body.text("traceId");
  const name = body.text("name");
  if (traceId === undefined || name === undefined || (typeof value !== "number" && typeof value !== "string")) {
    problems.push("a score needs traceId, name and value (a number or a string)");
    return undefined;
  }
  const said = body.text("dataType");
  const dataType: ScoreRecord["dataType"] =
    said === "BOOLEAN" || said === "NUMERIC" || said === "CATEGORICAL"
      ? said
      : typeof value === "number"
        ? "NUMERIC"
        : "CATEGORICAL";
  return {
    traceId,
    name,
    value,
    dataType,
    observationId: body.text("observationId") ?? null,
    comment: body.text("comment") ?? null,
    configId: body.text("configId") ?? null,
    environment: body.text("environment") ?? "default",
  };
};

interface Envelope {
  readonly id: string;
  readonly at: string;
  readonly type: string;
  readonly body: JsonObject;
}

// An observation without a trace gets one of its own, with the same id, so that it can be found.
const observationChanges = (id: string, at: string, fields: Fields<ObservationRecord>): readonly Change[] => {
  if (fields.traceId !== undefined) return [{ kind: "observation", id, at, fields }];
  const trace = fields.name === undefined ? {} : { name: fields.name };
  return [
    { kind: "trace", id, at, fields: trace },
    { kind: "observation", id, at, fields: { ...fields, traceId: id } },
  ];
};

const changesOf = ({ id: eventId, at, type, body: raw }: Envelope, problems: string[]): readonly Change[] => {
  const body = readBody(raw);
  const id = body.text("id") ?? eventId;
  if (id === "" || id.length > idLimit || unstorable.test(id)) problems.push("id: not usable");
  const observationType = observationTypes.get(type);
  let changes: readonly Change[] = [];
  if (type === "trace-create") {
    changes = [{ kind: "trace", id, at, fields: traceFields(body) }];
  } else if (observationType !== undefined) {
    const fields = observationFields(body, observationType);
    const orphan = fields.traceId === undefined && type.endsWith("-update");
    changes = orphan ? [{ kind: "observation", id, at, fields }] : observationChanges(id, at, fields);
  } else if (type === "score-create") {
    const fields = scoreFields(body, problems);
    changes = fields === undefined ? [] : [{ kind: "score", id, at, fields }];
  } else if (type !== "sdk-log") {
    problems.push(`type: ${type} is not known`);
  }
  problems.push(...body.problems);
  return changes;
};

const readEnvelope = (event: JsonObject): Envelope | undefined => {
  const { id, type, body } = event;
  const at = readTime(event["timestamp"]);
  if (typeof id !== "string" || id === "" || typeof type !== "string" || !isObject(body) || at === undefined) {
    return undefined;
  }
  return { id, type, at, body };
};

const readEvent = (event: unknown): { readonly changes: readonly Change[]; readonly result: EventResult } => {
  const id = isObject(event) && typeof event["id"] === "string" ? event["id"] : "unknown";
  const problems: string[] = [];
  const envelope = isObject(event) && isShallow(event, nestingLimit) ? readEnvelope(event) : undefined;
  if (envelope === undefined) problems.push("an event needs id, type, timestamp and body");
  const changes = envelope === undefined ? [] : changesOf(envelope, problems);
  if (problems.length === 0) return { changes, result: { id, status: 201 } };
  return { changes: [], result: { id, status: 400, message: "Invalid request data", error: problems.join("; ") } };
};

/** Reads every event by itself: one that does not fit never costs the others. */
export const readBatch = (batch: readonly unknown[]): ReadBatch => {
  const read = batch.map(readEvent);
  const results = read.map(({ result }) => result);
  return {
    changes: read.flatMap(({ changes }) => changes),
    successes: results.filter(({ status }) => status < 400),
    errors: results.filter(({ status }) => status >= 400),
  };
};
