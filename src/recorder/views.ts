import type { ObservationRecord, ScoreRecord, TraceRecord } from "./records.ts";
import type { DailyCounts, DailyUsage, FullTrace, SessionRecord, TraceSummary } from "./store.ts";

/** The JSON shapes of Langfuse's public API; latencies are seconds, costs US dollars. */

export interface Project {
  readonly id: string;
  readonly name: string;
}

/** Fields of Langfuse that are always null here, since the recorder knows no prices and keeps no prompts. */
const notKept = {
  promptId: null,
  promptName: null,
  promptVersion: null,
  modelId: null,
  inputPrice: null,
  outputPrice: null,
  totalPrice: null,
};

export function observationView(project: Project, observation: ObservationRecord) {
  const { usage, startTime } = observation;
  return {
    id: observation.id,
    traceId: observation.traceId,
    projectId: project.id,
    type: observation.type,
    startTime,
    endTime: observation.endTime,
    name: observation.name,
    metadata: observation.metadata,
    parentObservationId: observation.parentObservationId,
    level: observation.level,
    statusMessage: observation.statusMessage,
    version: observation.version,
    createdAt: observation.createdAt,
    updatedAt: observation.updatedAt,
    model: observation.model,
    modelParameters: observation.modelParameters,
    input: observation.input,
    output: observation.output,
    completionStartTime: observation.completionStartTime,
    ...notKept,
    calculatedInputCost: usage.inputCost,
    calculatedOutputCost: usage.outputCost,
    calculatedTotalCost: usage.totalCost,
    latency: secondsBetween(startTime, observation.endTime),
    timeToFirstToken: secondsBetween(startTime, observation.completionStartTime),
    unit: usage.unit,
    promptTokens: usage.input,
    completionTokens: usage.output,
    totalTokens: usage.total,
    usage: { unit: usage.unit, input: usage.input, output: usage.output, total: usage.total },
  };
}

function secondsBetween(from: string, to: string | null): number | null {
  return to === null ? null : (Date.parse(to) - Date.parse(from)) / 1000;
}

export function scoreView(project: Project, score: ScoreRecord) {
  const { id, timestamp, name, comment, traceId, observationId, createdAt, updatedAt, value, dataType } = score;
  const truth = dataType === "BOOLEAN" ? (value === 1 ? "True" : "False") : null;
  return {
    id,
    timestamp,
    projectId: project.id,
    name,
    source: "API",
    authorUserId: null,
    comment,
    traceId,
    observationId,
    configId: null,
    createdAt,
    updatedAt,
    queueId: null,
    value: typeof value === "number" ? value : null,
    stringValue: typeof value === "string" ? value : truth,
    dataType,
  };
}

/** A trace without its observations and scores. */
export function traceView(project: Project, trace: TraceRecord) {
  const { id, timestamp, name, userId, metadata, release, version, tags, input, output, sessionId } = trace;
  return {
    id,
    externalId: null,
    timestamp,
    name,
    userId,
    metadata,
    release,
    version,
    projectId: project.id,
    public: trace.public,
    bookmarked: false,
    tags,
    input,
    output,
    sessionId,
    createdAt: trace.createdAt,
    updatedAt: trace.updatedAt,
  };
}

export function traceSummaryView(project: Project, { trace, totalCost, latency, ...ids }: TraceSummary) {
  return {
    ...traceView(project, trace),
    htmlPath: tracePath(project, trace.id),
    totalCost,
    latency,
    observations: ids.observationIds,
    scores: ids.scoreIds,
  };
}

export function fullTraceView(project: Project, full: FullTrace) {
  return {
    ...traceSummaryView(project, summaryOf(full)),
    observations: full.observations.map((observation) => observationView(project, observation)),
    scores: full.scores.map((score) => scoreView(project, score)),
  };
}

/** The same totals for one trace as the store computes for its list. */
export function summaryOf({ trace, observations, scores }: FullTrace): TraceSummary {
  const seconds = (time: string): number => Date.parse(time) / 1000;
  const starts = observations.map(({ startTime }) => seconds(startTime));
  const ends = observations.map(({ startTime, endTime }) => seconds(endTime ?? startTime));
  return {
    trace,
    observationIds: observations.map(({ id }) => id),
    scoreIds: scores.map(({ id }) => id),
    totalCost: observations.reduce((total, { usage }) => total + (usage.totalCost ?? 0), 0),
    latency: observations.length === 0 ? 0 : Math.max(...ends) - Math.min(...starts),
  };
}

export function sessionView(project: Project, { id, createdAt }: SessionRecord) {
  return {
    id,
    createdAt,
    projectId: project.id,
  };
}

/** One entry for each day, newest first; within a day the models by name, usage without a model last. */
export function dailyView({ traces, usage }: DailyCounts) {
  const days = [...new Set([...traces, ...usage].map(({ date }) => date))].sort().reverse();
  return days.map((date) => {
    const ofDay = usage.filter((entry) => entry.date === date).toSorted(byModel);
    return {
      date,
      countTraces: traces.find((entry) => entry.date === date)?.traces ?? 0,
      countObservations: ofDay.reduce((sum, { observations }) => sum + observations, 0),
      totalCost: ofDay.reduce((sum, { cost }) => sum + cost, 0),
      usage: ofDay.map((entry) => ({
        model: entry.model,
        inputUsage: entry.input,
        outputUsage: entry.output,
        totalUsage: entry.total,
        totalCost: entry.cost,
        countObservations: entry.observations,
        countTraces: entry.traces,
      })),
    };
  });
}

function byModel({ model: one }: DailyUsage, { model: other }: DailyUsage): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return one < other ? -1 : 1;
}

export function metaView(page: number, limit: number, totalItems: number) {
  return {
    page,
    limit,
    totalItems,
    totalPages: limit === 0 ? null : Math.ceil(totalItems / limit),
  };
}

function tracePath(project: Project, id: string): string {
  return `/project/${encodeURIComponent(project.id)}/traces/${encodeURIComponent(id)}`;
}
