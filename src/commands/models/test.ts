import type { ModelsTestReport, TestedModel } from "../../app/models/test.ts";
import { exitCodeOf } from "../../errors/catalog.ts";
import { formatDuration, formatMoney } from "../../platform/format.ts";
import { renderTable } from "../../platform/table.ts";
import { plural } from "../../platform/text.ts";
import { command } from "../command.ts";

export const test = command<ModelsTestReport>({
  name: "test",
  summary: "ask every usable model the smallest question there is; says what that costs, and asks first",
  arguments: "[name...]",
  options: [
    {
      flags: "--timeout <duration>",
      description: "for one answer; 30s where left out, more where a GPU has to start",
    },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  examples: [
    ["goat-dev models test llama-3.3-70b", "one model"],
    ["goat-dev models test --yes --json", "all, for programs"],
  ],
  call: async (typed, app) => {
    const { test } = await import("../../app/models/test.ts");
    return test({ names: typed.args, timeout: typed.text("timeout"), yes: typed.flag("yes") }, app);
  },
  text: testText,
  exitCode: ({ ok }) => (ok ? 0 : exitCodeOf("provider-refused")),
});

function testText({ models }: ModelsTestReport): string {
  const answered = `${models.filter(({ ok }) => ok).length} of ${plural(models.length, "model")} answered`;
  return `${renderTable(["MODEL", "TIME", "TOKENS", "COST", ""], models.map(cells))}\n\n${answered}${spent(models)}.`;
}

function cells(tested: TestedModel): readonly string[] {
  const { model, durationMs } = tested;
  if (!tested.ok) {
    const { message, evidence } = tested.error;
    return [model, formatDuration(durationMs), "", "", [message, ...evidence.slice(0, 1)].join(": ")];
  }
  const tokens = tested.totalTokens === null ? "?" : String(tested.totalTokens);
  const cost = tested.costUsd === null ? "?" : formatMoney(tested.costUsd);
  return [model, formatDuration(durationMs), tokens, cost, "answered"];
}

/** Nothing where a price is unknown: a sum without it would be too low. */
function spent(models: readonly TestedModel[]): string {
  const costs = models.map((tested) => (tested.ok ? tested.costUsd : 0));
  const known = costs.filter((cost) => cost !== null);
  return known.length < costs.length ? "" : `, for ${formatMoney(known.reduce((sum, cost) => sum + cost, 0))}`;
}
