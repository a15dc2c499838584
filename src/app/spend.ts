import { GoatError } from "../errors/goat-error.ts";
import type { GatewayAccess } from "../gateway/access.ts";
import {
  type Budget,
  type DaySpent,
  readBudget,
  readSpend,
  type SpendGroup,
  type Spent,
  spendGroups,
  sumOf,
} from "../gateway/spend.ts";
import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../model/fields.ts";
import { list } from "../platform/text.ts";
import { gatewayAccess } from "../stack/plan/endpoints.ts";
import type { App } from "./app.ts";
import { openGateway } from "./programs/gateway.ts";
import { openTracing } from "./traces/open-tracing.ts";

export interface SpendInput {
  /** As written: model, day, key, tag, user. */
  readonly by: string;
  /** ISO time; LiteLLM counts that whole day (UTC), the traces count from this time on. */
  readonly since: string;
}

export interface SpendRow extends Spent {
  readonly name: string;
}

export interface SpendReport {
  readonly by: SpendGroup;
  /** Days in UTC, both included. */
  readonly from: string;
  readonly to: string;
  /** Where the numbers come from: LiteLLM's database, else the traces in Langfuse. */
  readonly source: "litellm" | "langfuse";
  /** Days by date, every other group by cost, the highest first. */
  readonly rows: readonly SpendRow[];
  readonly total: Spent;
  /** Each day's sum, with the parts that make it up. */
  readonly days: readonly DaySpent[];
  /** Null where the config sets none, or there is no database to count in. */
  readonly budget: Budget | null;
}

/** What was spent, and what is left. Throws usage, gateway-refused, service-not-ready. */
export async function spend({ by, since }: SpendInput, app: App): Promise<SpendReport> {
  const group = spendGroups.find((known) => known === by);
  if (group === undefined)
    throw new GoatError("usage", `--by is "${by}", and should be one of ${list(spendGroups, "or")}`);
  const { gateway } = await openGateway(app);
  const access = gatewayAccess(gateway);
  const [from, to] = [since.slice(0, 10), app.clock.date().toISOString().slice(0, 10)];
  const range = { from, to };
  // A call may have several tags, or no user, so these parts do not add up to the total: that is asked for by model.
  const isPartial = group === "tag" || group === "user";
  const [counted, all, budget] = await Promise.all([
    readSpend(access, group, range, app.signal),
    isPartial ? readSpend(access, "model", range, app.signal) : null,
    readBudget(access, app.signal),
  ]);
  const days = counted ?? (await tracedDays(group, since, access, app));
  const source = counted === null ? "langfuse" : "litellm";
  return { by: group, from, to, source, rows: rowsOf(group, days), total: sumOf(all ?? days), days, budget };
}

function rowsOf(group: SpendGroup, days: readonly DaySpent[]): readonly SpendRow[] {
  if (group === "day") return days.map(({ date, parts: _, ...spent }) => ({ name: date, ...spent }));
  const names = [...new Set(days.flatMap(({ parts }) => parts.map(({ name }) => name)))];
  return names
    .map((name) => ({ name, ...sumOf(days.flatMap(({ parts }) => parts.filter((part) => part.name === name))) }))
    .sort((one, other) => other.costUsd - one.costUsd || other.calls - one.calls);
}

/** Without a database of its own LiteLLM counts nothing; the traces still say what calls cost. */
async function tracedDays(
  group: SpendGroup,
  since: string,
  { service }: GatewayAccess,
  app: App,
): Promise<readonly DaySpent[]> {
  if (group !== "model" && group !== "day") {
    throw new GoatError("usage", `${service} runs without a database: what each ${group} spent is not counted`, {
      fixes: [
        { command: "goat-dev spend --by model", effect: "counts from the traces" },
        { command: "goat-dev up", effect: "says why there is no database" },
      ],
    });
  }
  const { ask } = await openTracing(app);
  const days: DaySpent[] = [];
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const query = new URLSearchParams({ fromTimestamp: since, page: `${page}`, limit: "50" });
    const { data, meta } = fieldsOf(await ask(`/api/public/metrics/daily?${query}`));
    days.push(...listOf(data).map((day) => readTraced(fieldsOf(day))));
    pages = numberOf(fieldsOf(meta)["totalPages"]) ?? 1;
  }
  return days.sort((one, other) => (one.date < other.date ? -1 : 1));
}

function readTraced(day: Fields): DaySpent {
  const parts = listOf(day["usage"])
    .map(fieldsOf)
    .map((part) => ({
      name: textOf(part["model"]) ?? "?",
      costUsd: numberOf(part["totalCost"]) ?? 0,
      calls: numberOf(part["countObservations"]) ?? 0,
      failed: 0,
      totalTokens: numberOf(part["totalUsage"]) ?? 0,
    }));
  return { date: textOf(day["date"]) ?? "", ...sumOf(parts), parts };
}
