import type { TracesReport } from "../app/traces/list.ts";
import type { TraceReport } from "../app/traces/show.ts";
import type { Message, Part } from "../langfuse/conversation.ts";
import type { Generation } from "../langfuse/generation.ts";
import type { TraceRow } from "../langfuse/trace.ts";
import { formatDuration, formatMoney } from "../platform/format.ts";
import { padTo, tame, visibleWidth } from "../platform/style.ts";
import { renderPairs } from "../platform/table.ts";
import { cut, list, plural } from "../platform/text.ts";

const headings = ["TIME", "ID", "MODEL", "TOKENS", "COST", "TOOK"];
/** Column widths of a live list, whose later rows are not known yet. */
const usualWidths = [8, 8, 16, 6, 9, 6];
const shortId = 8;
const longId = 16;
/** The first column that is aligned to the right, as are all after it. */
const firstNumber = 3;
const leastWords = 20;

type Columns = number | null;

/** Newest first, as wide as the terminal. */
export function tracesText({ traces, looked, more, url }: TracesReport, now: Date, columns: Columns): string {
  if (traces.length === 0) return noneText(looked);
  const rows = traces.map((row) => cellsOf(row, now));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((cells) => visibleWidth(cells[column] ?? ""))),
  );
  const lines = traces.map((row, index) => lineOf(rows[index] ?? [], row, widths, columns));
  const hint = more ? ["", "There are more: --limit 200, or --since 2h"] : [];
  return [
    lineOf(headings, null, widths, columns),
    ...lines,
    ...hint,
    "",
    `One of them: goat-dev traces show ID   ${url}`,
  ]
    .join("\n")
    .trimEnd();
}

function noneText(looked: number): string {
  return looked === 0 ? "No trace yet: goat-dev example makes one." : `None of ${plural(looked, "trace")} fits.`;
}

/** A row of the live list. */
export function rowText(row: TraceRow, now: Date, columns: Columns): string {
  return lineOf(cellsOf(row, now), row, usualWidths, columns);
}

function cellsOf(row: TraceRow, now: Date): readonly string[] {
  const [first = "?", ...others] = row.models;
  return [
    timeText(row.at, now),
    idText(row.id),
    tame(first, false) + (others.length === 0 ? "" : ` +${others.length}`),
    row.totalTokens === null ? "-" : String(row.totalTokens),
    row.costUsd === null ? "-" : formatMoney(row.costUsd),
    row.latencyMs === null ? "-" : formatDuration(row.latencyMs),
  ];
}

function lineOf(cells: readonly string[], row: TraceRow | null, widths: readonly number[], columns: Columns): string {
  const padded = cells.map((cell, column) => aligned(cell, column, widths[column] ?? 0)).join("  ");
  const mark = row?.failed === true ? "✖ " : "  ";
  const room = columns === null ? Number.POSITIVE_INFINITY : columns - visibleWidth(padded) - mark.length - 2;
  const said = row === null ? "" : saidIn(row);
  return `${mark}${padded}  ${cut(said, Math.max(leastWords, room))}`.trimEnd();
}

function aligned(cell: string, column: number, width: number): string {
  return column < firstNumber ? padTo(cell, width) : cell.padStart(width);
}

function saidIn(row: TraceRow): string {
  const name = row.name === null ? "" : `${row.name}: `;
  const words = row.failed && row.error !== null ? `${row.words} ✖ ${row.error}` : row.words;
  return tame(`${name}${words}`, false).replace(/\s+/g, " ");
}

/** The first 8 characters of a generated id; 16 of one that a program chose, which may differ only near its end. */
function idText(id: string): string {
  return /^[0-9a-f]{8}[0-9a-f-]+$/.test(id) ? id.slice(0, shortId) : cut(tame(id, false), longId);
}

/** The time in this machine's time zone, with the date where it is not today's. */
function timeText(at: string, now: Date): string {
  const date = new Date(at);
  const time = clockText(date);
  return date.toDateString() === now.toDateString() ? time : `${dayText(date)} ${time.slice(0, 5)}`;
}

function clockText(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(":");
}

function dayText(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join("-");
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** A whole trace: what it is, then each call as a conversation. */
export function traceText(trace: TraceReport): string {
  const at = new Date(trace.at);
  const { costUsd, latencyMs, totalTokens } = trace;
  const sums = [plural(trace.calls, "call"), ...sumsOf({ totalTokens, costUsd, latencyMs })];
  const about: (readonly [string, string])[] = [
    ["Trace", trace.id],
    ["At", `${dayText(at)} ${clockText(at)}`],
    ["Took", sums.join(", ")],
    ...(trace.name === null ? [] : [["Name", trace.name] as const]),
    ...(trace.userId === null ? [] : [["User", trace.userId] as const]),
    ...(trace.sessionId === null ? [] : [["Session", trace.sessionId] as const]),
    ...(trace.tags.length === 0 ? [] : [["Tags", list(trace.tags)] as const]),
    ["Page", trace.url],
  ];
  return tame([renderPairs(about), ...trace.generations.map(generationText)].join("\n\n"), false);
}

function sumsOf(sums: Pick<TraceRow, "totalTokens" | "costUsd" | "latencyMs">): readonly string[] {
  return [
    ...(sums.totalTokens === null ? [] : [plural(sums.totalTokens, "token")]),
    ...(sums.costUsd === null ? [] : [formatMoney(sums.costUsd)]),
    ...(sums.latencyMs === null ? [] : [formatDuration(sums.latencyMs)]),
  ];
}

function generationText(call: Generation): string {
  const upstream = call.upstream === null || call.upstream === call.model ? "" : ` (${call.upstream})`;
  const first = call.firstTokenMs === null ? [] : [`first token after ${formatDuration(call.firstTokenMs)}`];
  const head = `${call.failed ? "✖" : "✔"} ${call.model ?? "?"}${upstream}  ${[...sumsOf(call), ...first].join(", ")}`;
  const parameters = Object.entries(call.parameters).map(([name, value]) => `${name} ${value}`);
  const notes = [
    ...(parameters.length === 0 ? [] : [["with", parameters.join(", ")] as const]),
    ...(call.tools.length === 0 ? [] : [["tools", call.tools.map(({ name }) => name).join(", ")] as const]),
    ...(call.key === null ? [] : [["key", call.key] as const]),
  ];
  const said = [...call.messages, ...call.answer].flatMap(messageLines);
  const error = call.error === null ? [] : labelled("error", call.error);
  return [head, ...notes.flatMap(([label, text]) => labelled(label, text)), ...said, ...error].join("\n");
}

function messageLines({ role, parts }: Message): readonly string[] {
  return parts.length === 0 ? labelled(role, "(nothing)") : parts.flatMap((part) => labelled(role, partText(part)));
}

function partText(part: Part): string {
  switch (part.kind) {
    case "tool-call":
      return `→ ${part.name}(${part.arguments})`;
    case "tool-result":
      return `← ${part.text}`;
    case "thinking":
      return `(thinks) ${part.text}`;
    case "image":
      return part.url.startsWith("data:") ? `[image, ${Math.round((part.url.length * 3) / 4 / 1024)} kB]` : part.url;
    case "data":
      return part.json;
    default:
      return part.text;
  }
}

function labelled(label: string, text: string): readonly string[] {
  return text.split("\n").map((line, index) => `  ${padTo(index === 0 ? label : "", 9)}  ${line}`.trimEnd());
}
