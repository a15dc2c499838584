/** How calls are to fail. */
export type Fault = {
  /** As it was written. */
  readonly text: string;
  /** Of this model's calls alone; null for any. */
  readonly model: string | null;
  /** Of how many calls, from 0 to 1. */
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
  const [, from, to = from] = /^latency=([\d.]+(?:ms|s|m)?)(?:\.\.([\d.]+(?:ms|s|m)?))?$/.exec(what) ?? [];
  const [fromMs, toMs] = [durationOf(from), durationOf(to)];
  return fromMs === undefined || toMs === undefined || fromMs > toMs
    ? undefined
    : { ...common, kind: "latency", fromMs, toMs };
}

function rateOf(text: string | undefined): number | undefined {
  if (text === undefined) return 1;
  const rate = text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
  return rate >= 0 && rate <= 1 ? rate : undefined;
}

/** A bare number means seconds. */
function durationOf(text: string | undefined): number | undefined {
  const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text ?? "") ?? [];
  if (number === undefined) return undefined;
  return Number(number) * (unit === "ms" ? 1 : unit === "s" ? 1_000 : 60_000);
}
