import { pathOf } from "../langfuse/trace.ts";
import { field, numberField, type TracingAccess, textField } from "./request.ts";

interface TracedGeneration {
  readonly model: string | null;
  readonly totalTokens: number | null;
  readonly costUsd: number | null;
  /** "ERROR" where the call failed; then `statusMessage` says why. */
  readonly level: string;
  readonly statusMessage: string | null;
}

export interface Trace {
  readonly id: string;
  readonly name: string | null;
  /** Where a browser shows it. */
  readonly url: string;
  readonly costUsd: number | null;
  readonly generations: readonly TracedGeneration[];
}

/** A trace from the public API's JSON; null where it is not one. */
export function readTrace(access: TracingAccess, json: unknown): Trace | null {
  const id = textField(json, "id");
  const observations = field(json, "observations");
  if (id === null || !Array.isArray(observations)) return null;
  return {
    id,
    name: textField(json, "name"),
    url: `${access.pageUrl.replace(/\/+$/, "")}${pathOf(json, id)}`,
    costUsd: numberField(json, "totalCost"),
    generations: observations.filter((one) => textField(one, "type") === "GENERATION").map(readGeneration),
  };
}

function readGeneration(from: unknown): TracedGeneration {
  return {
    model: textField(from, "model"),
    totalTokens: numberField(field(from, "usage"), "total") ?? numberField(from, "totalTokens"),
    costUsd: numberField(from, "calculatedTotalCost"),
    level: textField(from, "level") ?? "DEFAULT",
    statusMessage: textField(from, "statusMessage"),
  };
}
