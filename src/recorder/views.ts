import type { ObservationRecord, ScoreRecord } from "./records.ts";
import type { DailyCounts, FullTrace, TraceSummary } from "./store.ts";

/** The JSON shapes of Langfuse's public API; latencies are seconds, costs US dollars. */

export interface Project {
  readonly id: string;
  readonly name: string;
}

const seconds = (ms: number): number => Math.round(ms) / 1000;

const between = (from: string | null, to: string | null): number | null =>
  from === null || to === null ? null : seconds(Date.parse(to) - Date.parse(from));

export const observationView = (project: Project, { usage, ...observation }: ObservationRecord) => ({
  ...observation,
  projectId: project.id,
  usage: { ...usage, usageDetails: undefined, costDetails: undefined },
  usageDetails: usage.usageDetails,
  costDetails: usage.costDetails,
  unit: usage.unit,
  promptTokens: usage.input,
  completionTokens: usage.output,
  totalTokens: usage.total,
  promptId: null,
  modelId: null,
  inputPrice: null,
  outputPrice: null,
  totalPrice: null,
  calculatedInputCost: usage.inputCost,
  calculatedOutputCost: usage.outputCost,
  calculatedTotalCost: usage.totalCost,
  latency: between(observation.startTime, observation.endTime),
  timeToFirstToken: between(observation.startTime, observation.completionStartTime),
});

const numericValue = ({ value, dataType }: ScoreRecord): number | null => {
  if (typeof value === "number") return value;
  return dataType === "BOOLEAN" ? Number(value.toLowerCase() === "true") : null;
};

const textValue = ({ value, dataType }: ScoreRecord): string | null => {
  if (typeof value === "string") return value;
  return dataType === "BOOLEAN" ? (value === 0 ? "False" : "True") : null;
};

const scoreView = (project: Project, score: ScoreRecord) => ({
  ...score,
  projectId: project.id,
  value: numericValue(score),
  stringValue: textValue(score),
  source: "API",
  authorUserId: null,
  queueId: null,
});

export const traceView = (project: Project, { trace, totalCost, latencyMs, ...ids }: TraceSummary) => ({
  ...trace,
  externalId: null,
  projectId: project.id,
  bookmarked: false,
  observations: ids.observationIds,
  scores: ids.scoreIds,
  totalCost,
  latency: seconds(latencyMs),
  htmlPath: `/project/${encodeURIComponent(project.id)}/traces/${encodeURIComponent(trace.id)}`,
});

/** The same sums as the store's list, of one trace. */
export const summaryOf = ({ trace, observations, scores }: FullTrace): TraceSummary => {
  const starts = observations.map(({ startTime }) => Date.parse(startTime));
  const ends = observations.map(({ startTime, endTime }) => Date.parse(endTime ?? startTime));
  const span = observations.length === 0 ? 0 : Math.max(...ends) - Math.min(...starts);
  return {
    trace,
    observationIds: observations.map(({ id }) => id),
    scoreIds: scores.map(({ id }) => id),
    totalCost: observations.reduce((total, { usage }) => total + (usage.totalCost ?? 0), 0),
    latencyMs: span,
  };
};

export const fullTraceView = (project: Project, full: FullTrace) => ({
  ...traceView(project, summaryOf(full)),
  observations: full.observations.map((observation) => observationView(project, observation)),
  scores: full.scores.map((score) => scoreView(project, score)),
});

/** One entry a day, the newest first. */
export const dailyView = ({ traces, usage }: DailyCounts) => {
  const days = [...new Set([...traces, ...usage].map(({ date }) => date))].sort().reverse();
  return days.map((date) => {
    const ofDay = usage.filter((entry) => entry.date === date);
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
        countObservations: entry.observations,
        countTraces: entry.traces,
        totalCost: entry.cost,
      })),
    };
  });
};

export const metaView = (page: number, limit: number, totalItems: number) => ({
  page,
  limit,
  totalItems,
  totalPages: Math.ceil(totalItems / limit),
});
