import type { UpReport } from "../app/bring-up.ts";
import type { PlanReport } from "../app/up.ts";
import { planLine } from "../model/plan.ts";
import { renderPairs } from "../platform/table.ts";
import { command } from "./command.ts";
import { upText } from "./up-text.ts";

export const up = command<UpReport | PlanReport>({
  name: "up",
  summary: "bring the stack up, wait until it really answers, and prove it with one call",
  arguments: "[service...]",
  options: [
    { flags: "--timeout <duration>", description: "limit for everything to be ready, such as 90s" },
    { flags: "--plan", description: "show what would be done, and do nothing" },
    { flags: "--demo", description: "without a provider key: every model gives a made-up answer" },
    { flags: "--example", description: "run the example client even where a kept proof still holds" },
    { flags: "--no-example", description: "no call through the gateway" },
    { flags: "--take-over", description: "of a stack that another folder made: make it this folder's; asks" },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  examples: [
    ["goat-dev up", "everything"],
    ["goat-dev up --demo", "see it work without a key"],
    ["goat-dev up --plan", "what would change, and why"],
    ["goat-dev up postgres", "one service and what it needs"],
    ["goat-dev up --json", "one JSON document, for scripts"],
  ],
  call: async (typed, app) => {
    const { planUp, up } = await import("../app/up.ts");
    const example = typed.flag("noExample") ? "never" : typed.flag("example") ? "always" : undefined;
    const input = {
      services: typed.args,
      demo: typed.flag("demo"),
      timeout: typed.text("timeout"),
      example,
      takeOver: typed.flag("takeOver"),
      yes: typed.flag("yes"),
    } as const;
    return typed.flag("plan") ? planUp(input, app) : up(input, app);
  },
  text: (report) => ("steps" in report ? planText(report) : upText(report)),
});

/** First what it means, then the steps themselves. */
function planText({ nothingToDo, summary, steps }: PlanReport): string {
  if (nothingToDo) return "Nothing to do.";
  const meaning = renderPairs(summary.map(({ subject, text }) => [subject, text]));
  return `${meaning}\n\n${steps.map(planLine).join("\n")}`;
}
