import type { UpReport } from "../app/bring-up.ts";
import type { PlanReport } from "../app/up.ts";
import type { WatchReport } from "../app/watch.ts";
import { planLine } from "../model/plan.ts";
import { renderPairs } from "../platform/table.ts";
import { command, exitWhenInterrupted } from "./command.ts";
import { upText } from "./up-text.ts";

const policies = ["always", "missing", "never"];

export const up = command<UpReport | PlanReport | WatchReport>({
  name: "up",
  summary: "bring the stack up, wait until it really answers, and prove it with one call",
  arguments: "[service...]",
  options: [
    { flags: "--timeout <duration>", description: "limit for everything to be ready, such as 90s" },
    { flags: "--dry-run, --plan", description: "show what would be done, and do nothing" },
    { flags: "--build", description: "build the images that have a build:, though they are here" },
    {
      flags: "--pull <policy>",
      description: "always, missing or never, in place of each pull_policy",
      choices: policies,
    },
    { flags: "--watch", description: "then take over each saved edit of the config and of .env, until Ctrl-C" },
    { flags: "--demo", description: "without a provider key: every model gives a made-up answer" },
    { flags: "--example", description: "run the example client even where a kept proof still holds" },
    { flags: "--no-example", description: "no call through the gateway" },
    {
      flags: "--instance <name>",
      description: "a stack of this checkout's own, on ports of its own; auto names it after the folder",
    },
    { flags: "--set <name=value>", description: "write it into .env first; again for more", repeats: true },
    { flags: "--take-over", description: "of a stack that another folder made: make it this folder's; asks" },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  examples: [
    ["goat-dev up", "everything"],
    ["goat-dev up --demo", "see it work without a key"],
    ["goat-dev up --plan", "what would change, and why"],
    ["goat-dev up --instance auto", "beside another worktree's stack; all commands here follow"],
    ["goat-dev up postgres", "one service and what it needs"],
    ["goat-dev up --json", "one JSON document, for scripts"],
  ],
  call: async (typed, app) => {
    const { planUp, up } = await import("../app/up.ts");
    const example = typed.flag("noExample") ? "never" : typed.flag("example") ? "always" : undefined;
    const input = {
      services: typed.args,
      demo: typed.flag("demo"),
      build: typed.flag("build"),
      pull: typed.text("pull"),
      instance: typed.text("instance"),
      set: typed.texts("set"),
      timeout: typed.text("timeout"),
      example,
      takeOver: typed.flag("takeOver"),
      yes: typed.flag("yes"),
    } as const;
    if (typed.flag("plan")) return planUp(input, app);
    const report = await up(input, app);
    if (!typed.flag("watch")) return report;
    app.emit({ type: "notice", level: "bare", text: upText(report) });
    const { watch } = await import("../app/watch.ts");
    return watch(app);
  },
  text: (report) => ("reloads" in report ? "" : "steps" in report ? planText(report) : upText(report)),
  exitCode: (report) => ("reloads" in report ? exitWhenInterrupted(report) : 0),
});

/** First what the plan means for each service or image, then its steps. */
function planText({ nothingToDo, summary, steps }: PlanReport): string {
  if (nothingToDo) return "Nothing to do.";
  const meaning = renderPairs(summary.map(({ subject, text }) => [subject, text]));
  return `${meaning}\n\n${steps.map(planLine).join("\n")}`;
}
