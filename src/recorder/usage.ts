import { isObject, type JsonObject } from "./json.ts";
import type { UsageRecord } from "./records.ts";

export const noUsage: UsageRecord = {
  unit: "TOKENS",
  input: 0,
  output: 0,
  total: 0,
  inputCost: null,
  outputCost: null,
  totalCost: null,
  usageDetails: {},
  costDetails: {},
};

const firstNumber = (from: JsonObject, ...keys: readonly string[]): number | undefined => {
  for (const key of keys) {
    const value = from[key];
    if (typeof value === "number" && Number.isFinite(value)) return value;
  }
  return undefined;
};

// LiteLLM nests token details one level down ("prompt_tokens_details"); only plain numbers are counts.
const numbersOf = (value: unknown): Readonly<Record<string, number>> =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).filter((entry): entry is [string, number] => Number.isFinite(entry[1] as number)),
      )
    : {};

const sum = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
};

const count = (value: number | undefined): number => Math.max(0, Math.round(value ?? 0));

/** Tokens and cost from the three shapes that senders use; undefined where the event says nothing of either. */
export const readUsage = (usage: unknown, usageDetails: unknown, costDetails: unknown): UsageRecord | undefined => {
  if (![usage, usageDetails, costDetails].some(isObject)) return undefined;
  const plain = isObject(usage) ? usage : {};
  const details = numbersOf(usageDetails);
  const costs = numbersOf(costDetails);
  const input =
    firstNumber(plain, "input", "promptTokens", "prompt_tokens") ?? firstNumber(details, "input", "prompt_tokens");
  const output =
    firstNumber(plain, "output", "completionTokens", "completion_tokens") ??
    firstNumber(details, "output", "completion_tokens");
  const total =
    firstNumber(plain, "total", "totalTokens", "total_tokens") ?? firstNumber(details, "total", "total_tokens");
  const inputCost = firstNumber(costs, "input") ?? firstNumber(plain, "inputCost", "input_cost");
  const outputCost = firstNumber(costs, "output") ?? firstNumber(plain, "outputCost", "output_cost");
  const totalCost =
    firstNumber(costs, "total") ??
    sum(Object.values(costs)) ??
    firstNumber(plain, "totalCost", "total_cost") ??
    sum([inputCost, outputCost]);
  const tokens = { input: count(input), output: count(output), total: count(total ?? sum([input, output])) };
  return {
    unit: typeof plain["unit"] === "string" ? plain["unit"] : "TOKENS",
    ...tokens,
    inputCost: inputCost ?? null,
    outputCost: outputCost ?? null,
    totalCost: totalCost ?? null,
    usageDetails: { ...tokens, ...details },
    costDetails: { ...(totalCost === undefined ? {} : { total: totalCost }), ...costs },
  };
};
