import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../model/fields.ts";
import type { GatewayAccess } from "./access.ts";
import { askDatabase } from "./database-questions.ts";

/** What spend can be grouped by in LiteLLM. */
export const spendGroups = ["model", "day", "key", "tag", "user"] as const;

export type SpendGroup = (typeof spendGroups)[number];

/** The totals of a number of calls. */
export interface Spent {
  /** US dollars. */
  readonly costUsd: number;
  readonly calls: number;
  readonly failed: number;
  readonly totalTokens: number;
}

export interface DaySpent extends Spent {
  /** A day in UTC, YYYY-MM-DD. */
  readonly date: string;
  readonly parts: readonly (Spent & { readonly name: string })[];
}

/** The gateway's own budget; the calls of every key count against it. */
export interface Budget {
  readonly spentUsd: number;
  readonly maxUsd: number;
  /** The period of the budget, as the config writes it: 1mo. */
  readonly duration: string | null;
  /** ISO time at which the spend is set back; null where it never is. */
  readonly resetsAt: string | null;
}

interface Days {
  /** Days in UTC, both included. */
  readonly from: string;
  readonly to: string;
}

/** For each group the endpoint to ask, and the part of a day's `breakdown` that holds it. */
const places: Readonly<Record<SpendGroup, readonly [path: string, heading: string]>> = {
  model: ["/user/daily/activity", "model_groups"],
  day: ["/user/daily/activity", "model_groups"],
  key: ["/user/daily/activity", "api_keys"],
  tag: ["/tag/daily/activity", "entities"],
  user: ["/customer/daily/activity", "entities"],
};

const budgetUser = "litellm-proxy-budget";
const masterKey = "litellm_proxy_master_key";
const pageSize = 1_000;

/** What was spent, day by day; null where the gateway has no database. Throws gateway-refused. */
export async function readSpend(
  access: GatewayAccess,
  group: SpendGroup,
  { from, to }: Days,
  signal: AbortSignal,
): Promise<readonly DaySpent[] | null> {
  const [path, heading] = places[group];
  const days = new Map<string, DaySpent>();
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const query = new URLSearchParams({ start_date: from, end_date: to, page: `${page}`, page_size: `${pageSize}` });
    const body = await askDatabase(access, `${path}?${query}`, signal);
    if (body === null) return null;
    for (const day of listOf(body["results"]).map(fieldsOf)) {
      const read = readDay(day, heading);
      days.set(read.date, added(days.get(read.date), read));
    }
    pages = numberOf(fieldsOf(body["metadata"])["total_pages"]) ?? 1;
  }
  return [...days.values()].sort((one, other) => (one.date < other.date ? -1 : 1));
}

/** A busy day may come in several pages. */
function added(old: DaySpent | undefined, next: DaySpent): DaySpent {
  return old === undefined ? next : { date: next.date, ...sumOf([old, next]), parts: [...old.parts, ...next.parts] };
}

/** Leaves out tags that begin with User-Agent:, which LiteLLM adds itself to note the calling program. */
function readDay(day: Fields, heading: string): DaySpent {
  const parts = Object.entries(fieldsOf(fieldsOf(day["breakdown"])[heading]))
    .filter(([name]) => !name.startsWith("User-Agent:"))
    .map(([name, part]) => ({ name: nameOf(name, fieldsOf(part)), ...readSpent(fieldsOf(part)["metrics"]) }));
  return { date: textOf(day["date"]) ?? "", ...readSpent(day["metrics"]), parts };
}

function nameOf(name: string, part: Fields): string {
  if (name === masterKey) return "master key";
  const alias = textOf(fieldsOf(part["metadata"])["key_alias"]);
  return alias ?? (/^[0-9a-f]{64}$/.test(name) ? name.slice(0, 12) : name);
}

function readSpent(metrics: unknown): Spent {
  const said = fieldsOf(metrics);
  return {
    costUsd: numberOf(said["spend"]) ?? 0,
    calls: numberOf(said["api_requests"]) ?? 0,
    failed: numberOf(said["failed_requests"]) ?? 0,
    totalTokens: numberOf(said["total_tokens"]) ?? 0,
  };
}

export function sumOf(parts: readonly Spent[]): Spent {
  const sum = (read: (part: Spent) => number): number => parts.reduce((total, part) => total + read(part), 0);
  return {
    costUsd: sum(({ costUsd }) => costUsd),
    calls: sum(({ calls }) => calls),
    failed: sum(({ failed }) => failed),
    totalTokens: sum(({ totalTokens }) => totalTokens),
  };
}

/** Null where the config sets none, or the gateway has no database. Throws gateway-refused. */
export async function readBudget(access: GatewayAccess, signal: AbortSignal): Promise<Budget | null> {
  const body = await askDatabase(access, `/user/info?user_id=${budgetUser}`, signal);
  const said = fieldsOf(fieldsOf(body)["user_info"]);
  const maxUsd = numberOf(said["max_budget"]);
  if (maxUsd === null) return null;
  return {
    spentUsd: numberOf(said["spend"]) ?? 0,
    maxUsd,
    duration: textOf(said["budget_duration"]),
    resetsAt: textOf(said["budget_reset_at"]),
  };
}
