import { formatDuration, formatMoney } from "../platform/format.ts";
import { plural } from "../platform/text.ts";
import { type Bill, failureOf, type ModelBill, traceOf } from "./bill.ts";
import type { Ended } from "./call.ts";
import type { Spent } from "./price.ts";

/** `12 calls, 3 models, 41,200 tokens, $0.031; slowest 4.1 s (gpt-5-mini); 1 failed (429)` */
export function billLine(bill: Bill): string {
  const { calls, models, slowest, failed, failures } = bill;
  if (calls === 0) return "no calls";
  const tokens = bill.promptTokens + bill.answerTokens;
  const sum = [plural(calls, "call"), plural(models.length, "model"), `${count(tokens)} tokens`, money(bill)];
  const reasons = Object.entries(failures).map(([why, times]) => (times === 1 ? why : `${times} × ${why}`));
  return [
    sum.join(", "),
    ...(slowest === null ? [] : [`slowest ${formatDuration(slowest.durationMs)} (${slowest.model})`]),
    ...(failed === 0 ? [] : [`${failed} failed (${reasons.join(", ")})`]),
  ].join("; ");
}

/** A table's head and a row for each model, the most expensive first. */
export function billRows(bill: Bill): readonly (readonly string[])[] {
  const dearest = [...bill.models].sort((one, other) => other.costUsd - one.costUsd);
  const head = ["MODEL", "CALLS", "FAILED", "PROMPT", "ANSWER", "COST", "MEDIAN", "SLOWEST", "FIRST BYTE"];
  return [head, ...dearest.map(row)];
}

function row(model: ModelBill): readonly string[] {
  return [
    model.model,
    String(model.calls),
    String(model.failed),
    count(model.promptTokens),
    count(model.answerTokens),
    money(model),
    formatDuration(model.medianMs),
    formatDuration(model.slowestMs),
    model.firstMs === null ? "-" : formatDuration(model.firstMs),
  ];
}

/** One call as it ended: `gpt-5-mini  200  1.2 s, first 0.3 s  31 tokens  $0.00002  trace …` */
export function callLine(ended: Ended, spent: Spent): string {
  const { asked, status, durationMs, firstMs, from } = ended;
  const name =
    asked.api === null ? `${asked.method} ${asked.target.split("?", 1)[0]}` : (asked.question.model ?? "(no model)");
  const first = asked.question.stream && firstMs !== null ? `, first ${formatDuration(firstMs)}` : "";
  const failure = failureOf(ended);
  const trace = from === "gateway" ? traceOf(ended) : null;
  const isBilled = asked.api !== null && failure === null;
  return [
    name,
    failure !== null && failure !== String(status) ? `${status ?? "-"} ${failure}` : String(status ?? "-"),
    formatDuration(durationMs) + first,
    ...(isBilled ? [`${count(spent.promptTokens + spent.answerTokens)} tokens`, oneCost(spent)] : []),
    ...(from === "gateway" ? [] : [`(${from})`]),
    ...(trace === null ? [] : [`trace ${trace}`]),
  ].join("  ");
}

function oneCost({ costUsd, isAbout }: Spent): string {
  return costUsd === null ? "no price known" : `${isAbout ? "about " : ""}${formatMoney(costUsd)}`;
}

function money({
  costUsd,
  isAbout,
  unpriced,
  calls,
}: Pick<Bill, "costUsd" | "isAbout" | "unpriced" | "calls">): string {
  if (unpriced === calls) return "no price known";
  const without = unpriced === 0 ? "" : ` without ${plural(unpriced, "call")} of unknown price`;
  return `${isAbout ? "about " : ""}${formatMoney(costUsd)}${without}`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
