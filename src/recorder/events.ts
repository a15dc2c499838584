import { z } from "zod/v3";

/** One event of a batch, as Langfuse's SDKs post it. */
export type TraceEvent = z.infer<typeof eventSchema>;

/** Parses one event of a batch; `problem` says in Langfuse's words what is wrong with it. */
export function readEvent(
  raw: unknown,
): { readonly ok: true; readonly event: TraceEvent } | { readonly ok: false; readonly problem: string } {
  const read = eventSchema.safeParse(raw);
  return read.success ? { ok: true, event: read.data } : { ok: false, problem: read.error.message };
}

/** An ISO 8601 time to the second or finer, with an offset; converted to UTC, in milliseconds. */
export const isoTime = z
  .string()
  .superRefine((text, { addIssue }) => {
    if (written.test(text) && !Number.isNaN(Date.parse(text))) return;
    addIssue({ code: "invalid_string", validation: "datetime", message: "Invalid datetime" });
  })
  .transform((text) => new Date(text).toISOString());

const written = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/;

const text = z.string().nullish();
const time = isoTime.nullish();
const json = z.unknown();

const traceBody = z.object({
  id: text,
  timestamp: time,
  name: text,
  userId: text,
  sessionId: text,
  release: text,
  version: text,
  public: z.boolean().nullish(),
  tags: z.array(z.string()).nullish(),
  metadata: json,
  input: json,
  output: json,
});

const eventBody = z.object({
  id: z.string().min(1),
  traceId: text,
  name: text,
  startTime: time,
  metadata: json,
  input: json,
  output: json,
  level: z.enum(["DEBUG", "DEFAULT", "WARNING", "ERROR"]).nullish(),
  statusMessage: text,
  parentObservationId: text,
  version: text,
});

const spanBody = eventBody.extend({ endTime: time });

const whole = z.number().int().nullish();
const cost = z.number().nullish();
const unit = z.enum(["CHARACTERS", "TOKENS", "SECONDS", "MILLISECONDS", "IMAGES", "REQUESTS"]).nullish();

const plainUsage = z.object({
  input: whole,
  output: whole,
  total: whole,
  unit,
  inputCost: cost,
  outputCost: cost,
  totalCost: cost,
});

/** Langfuse takes its own names for tokens, and OpenAI's in camel case, which need no unit. */
const usage = z.preprocess((said) => {
  if (typeof said !== "object" || said === null) return said;
  const { promptTokens, completionTokens, totalTokens, ...rest } = said as Readonly<Record<string, unknown>>;
  const isOpenAi = [promptTokens, completionTokens, totalTokens].some((count) => count !== undefined);
  return isOpenAi
    ? { ...rest, input: promptTokens, output: completionTokens, total: totalTokens, unit: "TOKENS" }
    : said;
}, plainUsage.nullish());

const parameter = z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.record(z.string())]).nullish();

const generationFields = spanBody.extend({
  completionStartTime: time,
  model: text,
  modelParameters: z.record(parameter).nullish(),
  usage,
  promptName: text,
  promptVersion: whole,
});

/** A prompt's name is valid only with the prompt's version. */
const generationBody = generationFields.refine(
  ({ promptName, promptVersion }) => (promptName ?? null) === null || (promptVersion ?? null) !== null,
);

const observationBody = generationFields.extend({ id: text, type: z.enum(["GENERATION", "SPAN", "EVENT"]) });

const scoreFields = z.object({
  id: text,
  traceId: z.string(),
  name: z.string(),
  observationId: text,
  comment: text,
  configId: text,
});

const zeroOrOne = z.number().refine((value) => value === 0 || value === 1, {
  message: "Value must be a number equal to either 0 or 1 for data type BOOLEAN",
});

const scoreBody = z.discriminatedUnion("dataType", [
  scoreFields.extend({ dataType: z.literal("NUMERIC"), value: z.number() }),
  scoreFields.extend({ dataType: z.literal("CATEGORICAL"), value: z.string() }),
  scoreFields.extend({ dataType: z.literal("BOOLEAN"), value: zeroOrOne }),
  scoreFields.extend({ dataType: z.undefined(), value: z.union([z.string(), z.number()]) }),
]);

const logged = z.union([z.union([z.string(), z.number(), z.boolean()]), z.array(z.unknown()), z.record(z.unknown())]);

function envelope<Type extends string, Body extends z.ZodTypeAny>(type: Type, body: Body) {
  return z.object({ id: z.string(), timestamp: isoTime, type: z.literal(type), body });
}

const eventSchema = z.discriminatedUnion("type", [
  envelope("trace-create", traceBody),
  envelope("score-create", scoreBody),
  envelope("event-create", eventBody),
  envelope("span-create", spanBody),
  envelope("span-update", spanBody),
  envelope("generation-create", generationBody),
  envelope("generation-update", generationBody),
  envelope("sdk-log", z.object({ log: logged })),
  envelope("observation-create", observationBody),
  envelope("observation-update", observationBody),
]);
