import type { SpendReport, SpendRow } from "../app/spend.ts";
import { formatMoney } from "../platform/format.ts";
import { padTo, tame, visibleWidth } from "../platform/style.ts";
import { cut, plural } from "../platform/text.ts";
import { command } from "./command.ts";
import { sinceOf } from "./time-options.ts";

const usualDays = 30;
const dayMs = 86_400_000;

export const spend = command<SpendReport>({
  name: "spend",
  summary: "what calls have cost, and how much of the gateway's budget is left",
  options: [
    { flags: "--by <what>", description: "model, day, key, tag or user (model)" },
    { flags: "--since <when>", description: "from that day on: 7d, or a time such as 2026-11-23T10:00:00Z (30d)" },
    { flags: "--csv", description: "comma-separated values, for spreadsheets" },
  ],
  examples: [
    ["goat-dev spend", "by model, in the last 30 days"],
    ["goat-dev spend --by key --since 7d", "who spent it"],
  ],
  call: async (typed, app) => {
    const { spend } = await import("../app/spend.ts");
    const now = app.clock.date().getTime();
    const since = sinceOf(typed, now) ?? new Date(now - (usualDays - 1) * dayMs).toISOString();
    return spend({ by: typed.text("by") ?? "model", since }, app);
  },
  text: (report, typed, { columns }) => (typed.flag("csv") ? csv(report) : spendText(report, columns ?? 100)),
});

/** One line per row, with a bar in the room that the line has left. */
function spendText(report: SpendReport, columns: number): string {
  const { rows, total, from, to } = report;
  const head = `${from} to ${to} (UTC), ${source(report)}`;
  if (rows.length === 0) return [`Nothing was spent: ${head}.`, ...budgetText(report, columns)].join("\n");
  const cells = rows.map((row) => [tame(row.name, false), formatMoney(row.costUsd), plural(row.calls, "call")]);
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => visibleWidth(row[column] ?? ""))));
  const [nameWidth = 0, costWidth = 0, callsWidth = 0] = [Math.min(widths[0] ?? 0, 40), widths[1], widths[2]];
  const room = Math.max(6, columns - nameWidth - costWidth - callsWidth - 8);
  const most = Math.max(...rows.map(({ costUsd }) => costUsd));
  const lines = cells.map(([name = "", cost = "", calls = ""], index) => {
    const bar = barOf((rows[index]?.costUsd ?? 0) / (most || 1), room);
    return `  ${padTo(cut(name, nameWidth), nameWidth)}  ${cost.padStart(costWidth)}  ${bar}  ${calls.padStart(callsWidth)}`;
  });
  const sum = `${formatMoney(total.costUsd)} for ${plural(total.calls, "call")}, ${plural(total.totalTokens, "token")}; ${head}`;
  return [...lines, "", sum, ...budgetText(report, columns)].join("\n");
}

function source({ source }: SpendReport): string {
  return source === "litellm" ? "as LiteLLM counted" : "from the traces: the gateway has no database";
}

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar that is exact to an eighth of a column, the finest that block characters can draw. */
function barOf(share: number, width: number): string {
  const parts = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  return padTo("█".repeat(Math.floor(parts / 8)) + (eighths[parts % 8] ?? ""), width);
}

function budgetText({ budget }: SpendReport, columns: number): readonly string[] {
  if (budget === null) return [];
  const { spentUsd, maxUsd, duration, resetsAt } = budget;
  const left = formatMoney(Math.max(0, maxUsd - spentUsd));
  const span = duration === null ? "" : ` for ${duration === "1mo" ? "the month" : duration}`;
  const until = resetsAt === null ? "" : `, until ${resetsAt.slice(0, 10)}`;
  const text = `Budget  ${formatMoney(spentUsd)} of ${formatMoney(maxUsd)}${span}: ${left} left${until}`;
  return [
    `${text}  ${barOf(spentUsd / (maxUsd || 1), Math.max(6, Math.min(24, columns - text.length - 4)))}`.trimEnd(),
  ];
}

function csv({ rows, by }: SpendReport): string {
  const line = ({ name, costUsd, calls, failed, totalTokens }: SpendRow): string =>
    [quoted(name), costUsd, calls, failed, totalTokens].join(",");
  return [`${by},cost_usd,calls,failed,tokens`, ...rows.map(line)].join("\r\n");
}

/** A CSV field. Text that a spreadsheet would take for a formula gets an apostrophe before it. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
