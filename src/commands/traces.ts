import type { FollowReport, TracesInput, TracesReport } from "../app/traces/list.ts";
import type { OpenedReport } from "../app/traces/open.ts";
import type { TraceReport } from "../app/traces/show.ts";
import { GoatError } from "../errors/goat-error.ts";
import { command, exitWhenInterrupted, type Typed } from "./command.ts";
import { sinceOf } from "./time-options.ts";
import { rowText, tracesText, traceText } from "./trace-text.ts";

const show = command<TraceReport>({
  name: "show",
  summary: "one trace whole: messages, tools, answer, parameters, cost, and the error as the provider said it",
  arguments: "<id>",
  options: [],
  examples: [
    ["goat-dev traces show last", "the newest"],
    ["goat-dev traces show 8f3a2c1d", "the beginning of an id will do"],
  ],
  call: async (typed, app) => (await import("../app/traces/show.ts")).showTrace({ id: typed.args[0] ?? "" }, app),
  text: traceText,
});

const open = command<OpenedReport>({
  name: "open",
  summary: "open Langfuse's page, or a trace on it, in the browser",
  arguments: "[id]",
  options: [{ flags: "--no-browser", description: "print the address only" }],
  examples: [["goat-dev traces open last", "the newest trace"]],
  call: async (typed, app) => {
    const { openTraces } = await import("../app/traces/open.ts");
    return openTraces({ id: typed.args[0], browser: !typed.flag("noBrowser") }, app);
  },
  text: ({ url, login }) => (login === null ? url : `${url}   log-in: ${login}`),
});

export const traces = command<TracesReport | FollowReport>({
  name: "traces",
  summary: "what was asked of which model: time, tokens, cost, how long it took, first words; live with -f",
  options: [
    { flags: "-f, --follow", description: "go on as calls come" },
    { flags: "-n, --limit <count>", description: "how many of them (20)" },
    { flags: "--model <model>", description: "as the config names it, or the provider" },
    { flags: "--since <when>", description: "only newer: 10m, 2h, or a time such as 2026-11-23T10:00:00Z" },
    { flags: "--failed", description: "only what failed" },
    { flags: "--slower <duration>", description: "only what took longer, such as 2s" },
    { flags: "--cost <dollars>", description: "only what cost at least so much, such as 0.01" },
    { flags: "--name <name>", description: "the trace's name" },
    { flags: "--tag <tag>", description: "with this tag (again for more)", repeats: true },
    { flags: "--user <id>", description: "the user whom a program names" },
    { flags: "--session <id>", description: "the session that a program names" },
  ],
  examples: [
    ["goat-dev traces -f", "watch calls come in"],
    ["goat-dev traces --failed --since 2h", "what went wrong lately"],
    ["goat-dev traces --slower 2s --json", "for programs"],
  ],
  call: async (typed, app, { columns }) => {
    const { followTraces, traces } = await import("../app/traces/list.ts");
    const filter = filterOf(typed, app.clock.date());
    const input = { filter, model: typed.text("model"), slower: typed.text("slower"), limit: limitOf(typed) };
    if (!typed.flag("follow")) return traces(input, app);
    const tell = (row: TracesReport["traces"][number]): void =>
      app.emit({ type: "row", data: row, text: rowText(row, app.clock.date(), columns) });
    return followTraces({ ...input, tell }, app);
  },
  text: (report, _typed, { now, columns }) => ("traces" in report ? tracesText(report, now, columns) : null),
  exitCode: (report) => ("interrupted" in report ? exitWhenInterrupted(report) : 0),
  subcommands: [show, open],
});

function filterOf(typed: Typed, now: Date): TracesInput["filter"] {
  return {
    name: typed.text("name"),
    userId: typed.text("user"),
    sessionId: typed.text("session"),
    tags: typed.texts("tag"),
    since: sinceOf(typed, now.getTime()) ?? undefined,
    failed: typed.flag("failed"),
    costUsd: costOf(typed),
  };
}

function costOf(typed: Typed): number | undefined {
  const text = typed.text("cost");
  if (text === undefined) return undefined;
  const dollars = Number(text.replace(/^\$/, ""));
  if (text.trim() !== "" && dollars >= 0) return dollars;
  throw new GoatError("usage", `--cost is "${text}", and should be dollars such as 0.01`);
}

function limitOf(typed: Typed): number {
  const text = typed.text("limit") ?? "20";
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new GoatError("usage", `--limit is "${text}", and should be a number of traces`);
}
