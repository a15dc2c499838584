import { parseDuration } from "../platform/duration.ts";

/** How calls are to fail. */
export type Fault = {
  /** As it was written. */
  readonly text: string;
  /** The fault hits only calls of this model; null for any model. */
  readonly model: string | null;
  /** The share of calls that the fault hits, from 0 to 1. */
  readonly rate: number;
} & (
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "latency"; readonly fromMs: number; readonly toMs: number }
  | { readonly kind: "cut" | "timeout" | "garbage" }
);

export const faultForms = "429:20%, 500, latency=2s..5s, cut:10%, timeout, garbage, model=gpt-5-mini,503";

/** `[model=NAME,]KIND[:RATE]`; undefined where it is none. */
export function parseFault(text: string): Fault | undefined {
  const [, model = null, rest = ""] = /^(?:model=([^,]+),)?(.*)$/.exec(text.trim()) ?? [];
  const [, what = "", written] = /^([^:]+)(?::([\d.]+%?))?$/.exec(rest) ?? [];
  const rate = rateOf(written);
  if (rate === undefined) return undefined;
  const common = { text, model, rate };
  if (what === "cut" || what === "timeout" || what === "garbage") return { ...common, kind: what };
  if (/^[45]\d\d$/.test(what)) return { ...common, kind: "status", status: Number(what) };
  const [, from = "", to = from] = /^latency=(.+?)(?:\.\.(.+))?$/.exec(what) ?? [];
  const [fromMs, toMs] = [parseDuration(from), parseDuration(to)];
  return fromMs === undefined || toMs === undefined || fromMs > toMs
    ? undefined
    : { ...common, kind: "latency", fromMs, toMs };
}

function rateOf(text: string | undefined): number | undefined {
  if (text === undefined) return 1;
  const rate = text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
  return rate >= 0 && rate <= 1 ? rate : undefined;
}
