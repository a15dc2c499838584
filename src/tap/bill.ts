import { type Ended, headerOf } from "./call.ts";
import { type PriceList, type Spent, spentOn } from "./price.ts";

/** One call on the bill. */
interface BilledCall extends Spent {
  readonly model: string;
  readonly status: number | null;
  readonly durationMs: number;
  /** Why the call failed, such as 429 or "program left"; null where it succeeded. */
  readonly failure: string | null;
}

/** What a run's calls to models came to. */
export interface Bill {
  readonly calls: number;
  readonly failed: number;
  /** How they failed and how often, such as { "429": 2 }. */
  readonly failures: Readonly<Record<string, number>>;
  readonly promptTokens: number;
  readonly answerTokens: number;
  /** US dollars; calls without a known price are not included. */
  readonly costUsd: number;
  /** True where some answers reported no tokens: these are estimated from the length of the text. */
  readonly isAbout: boolean;
  /** Calls for which no price is known. */
  readonly unpriced: number;
  /** Null where there was no call. */
  readonly slowest: { readonly model: string; readonly durationMs: number } | null;
  readonly models: readonly ModelBill[];
}

export interface ModelBill {
  readonly model: string;
  readonly calls: number;
  readonly failed: number;
  readonly promptTokens: number;
  readonly answerTokens: number;
  readonly costUsd: number;
  readonly isAbout: boolean;
  readonly unpriced: number;
  readonly medianMs: number;
  readonly slowestMs: number;
  /** Median time to the answer's first byte, over the calls that had one; null where none had. */
  readonly firstMs: number | null;
}

/** Null where it is no call to a model. */
function billed(ended: Ended, list: PriceList): BilledCall | null {
  if (ended.asked.api === null) return null;
  return {
    ...spentOn(ended, list),
    model: ended.asked.question.model ?? "(no model)",
    status: ended.status,
    durationMs: ended.durationMs,
    failure: failureOf(ended),
  };
}

/** Why a call failed; null where it was answered. */
export function failureOf({ status, end, metered }: Ended): string | null {
  if (status !== null && status >= 400) return String(status);
  if (end !== "whole") return end;
  return metered.failed ? "in mid-stream" : null;
}

/**
 * The id of a call's trace: the one that the program asked for, else LiteLLM's id of the call; null where there is
 * neither.
 */
export function traceOf({ asked, headers }: Ended): string | null {
  return asked.question.traceId ?? headerOf(headers, "x-litellm-call-id") ?? null;
}

interface Kept {
  readonly ended: Pick<Ended, "firstMs">;
  readonly call: BilledCall;
}

export interface BillBook {
  add(ended: Ended, list: PriceList): void;
  bill(): Bill;
}

export function createBillBook(): BillBook {
  const kept: Kept[] = [];
  return {
    add: (ended, list) => {
      const call = billed(ended, list);
      if (call !== null) kept.push({ ended: { firstMs: ended.firstMs }, call });
    },
    bill: () => sumUp(kept),
  };
}

function sumUp(kept: readonly Kept[]): Bill {
  const calls = kept.map(({ call }) => call);
  const failures: Record<string, number> = {};
  for (const { failure } of calls) if (failure !== null) failures[failure] = (failures[failure] ?? 0) + 1;
  const slowest = calls.reduce<BilledCall | null>(
    (most, call) => (call.durationMs > (most?.durationMs ?? -1) ? call : most),
    null,
  );
  const names = [...new Set(calls.map(({ model }) => model))].sort();
  return {
    ...totals(calls),
    failures,
    slowest: slowest === null ? null : { model: slowest.model, durationMs: Math.round(slowest.durationMs) },
    models: names.map((model) => modelBill(model, kept)),
  };
}

function modelBill(model: string, kept: readonly Kept[]): ModelBill {
  const own = kept.filter(({ call }) => call.model === model);
  const times = own.map(({ call }) => call.durationMs);
  const firsts = own.flatMap(({ ended }) => ended.firstMs ?? []);
  return {
    model,
    ...totals(own.map(({ call }) => call)),
    medianMs: Math.round(median(times) ?? 0),
    slowestMs: Math.round(Math.max(0, ...times)),
    firstMs: firsts.length === 0 ? null : Math.round(median(firsts) ?? 0),
  };
}

function totals(calls: readonly BilledCall[]) {
  const sum = (value: (call: BilledCall) => number): number => calls.reduce((total, call) => total + value(call), 0);
  return {
    calls: calls.length,
    failed: calls.filter(({ failure }) => failure !== null).length,
    promptTokens: sum(({ promptTokens }) => promptTokens),
    answerTokens: sum(({ answerTokens }) => answerTokens),
    // Rounded, since adding binary fractions leaves tiny errors in the last digits.
    costUsd: Number(sum(({ costUsd }) => costUsd ?? 0).toFixed(12)),
    isAbout: calls.some(({ isAbout }) => isAbout),
    unpriced: calls.filter(({ costUsd }) => costUsd === null).length,
  };
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((one, other) => one - other)[Math.floor((values.length - 1) / 2)];
}
