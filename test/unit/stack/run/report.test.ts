import { expect, test } from "vitest";
import { GoatError } from "../../../../src/errors/goat-error.ts";
import type { GoatEvent } from "../../../../src/events/events.ts";
import type { Action, Plan, PlanNode } from "../../../../src/model/plan.ts";
import { createReporter } from "../../../../src/stack/run/report.ts";
import { createTestClock } from "../../../support/clock.ts";

const node = (id: number, subject: string, action: Action, cause = "absent"): PlanNode => ({
  id,
  subject,
  action,
  cause,
  after: [],
});

const start = node(1, "web", { type: "start-container", container: "goat-web-1" }, "exited with status 1");
const wait = node(2, "web", { type: "await-ready", service: "web", container: "goat-web-1", timeoutMs: 1 });

const open = (...nodes: readonly PlanNode[]) => {
  const plan: Plan = { nodes, drift: {}, orphans: [] };
  const events: GoatEvent[] = [];
  const clock = createTestClock();
  const report = createReporter(plan, (event) => events.push(event), clock);
  return { report, clock, events, steps: () => events.filter(({ type }) => type.startsWith("step-")) };
};

test("a service must be one line: begun with what is done and why, finished with what was done and how long it took", () => {
  const { report, clock, steps } = open(start, wait);
  report.started(start);
  clock.advance(200);
  report.finished(start);
  report.started(wait);
  clock.advance(1_000);
  report.finished(wait);
  expect(steps()).toEqual([
    { type: "step-started", step: "web", text: "starting: exited with status 1" },
    {
      type: "step-finished",
      step: "web",
      outcome: "ok",
      text: "started: exited with status 1 · ready in 1.2 s",
      durationMs: 1_200,
    },
  ]);
});

test("a container that is made must say what its start waits for, until it starts", () => {
  const ready = node(1, "db", { type: "await-ready", service: "db", container: "goat-db-1", timeoutMs: 1 });
  const spec = { type: "create-container", container: "goat-web-1" } as Action;
  const create = node(2, "web", spec);
  const then = { ...node(3, "web", { type: "start-container", container: "goat-web-1" }), after: [1, 2] };
  const { report, steps } = open(ready, create, then, wait);
  report.started(create);
  report.finished(create);
  report.started(then);
  expect(steps()).toMatchObject([
    { type: "step-started", step: "web", text: "creating" },
    { type: "step-progress", step: "web", text: "waits for db" },
    { type: "step-progress", step: "web", text: "starting" },
  ]);
});

test("an unchanged service must have no line while it answers at once, and one when it does not", () => {
  const quiet = open(wait);
  quiet.report.started(wait);
  quiet.report.finished(wait);
  expect(quiet.steps()).toEqual([]);
  const slow = open(wait);
  slow.report.started(wait);
  slow.report.heard("web", "connection refused");
  slow.report.finished(wait);
  expect(slow.steps().map(({ type }) => type)).toEqual(["step-started", "step-progress", "step-finished"]);
});

test("networks and volumes must have no line of their own", () => {
  const network = node(1, "network", { type: "remove-network", network: "goat_default" });
  const { report, steps, events } = open(network);
  report.started(network);
  report.finished(network);
  expect(steps()).toEqual([]);
  expect(events).toEqual([{ type: "detail", text: "remove-network goat_default: absent" }]);
});

test("a failed service must be told once, whatever is skipped after it", () => {
  const { report, steps } = open(start, wait);
  report.started(start);
  report.failed(start, new GoatError("port-taken", "web cannot start: port 80 is taken"));
  report.skipped(wait, "web");
  expect(steps().slice(1)).toMatchObject([{ outcome: "failed", text: "cannot start: port 80 is taken" }]);
});

test("what needs a failed service must be told with its name; what was only begun, as stopped", () => {
  const needing = open(wait);
  needing.report.skipped(wait, "postgres");
  expect(needing.steps()).toMatchObject([{ step: "web", outcome: "skipped", text: "skipped: needs postgres" }]);
  const begun = open(start, wait);
  begun.report.started(start);
  begun.report.finished(start);
  begun.report.skipped(wait, null);
  expect(begun.steps().at(-1)).toMatchObject({ outcome: "skipped", text: "stopped waiting" });
  const untouched = open(wait);
  untouched.report.skipped(wait, null);
  expect(untouched.steps()).toEqual([]);
});

test("pulls must add up to one line with bytes", () => {
  const pull = node(1, "images", { type: "pull-image", image: "web:1" });
  const { report, steps } = open(pull);
  report.started(pull);
  report.progress(pull, { text: "layer", current: 1_048_576, total: 4_194_304 });
  report.finished(pull);
  expect(steps().slice(1)).toMatchObject([
    { type: "step-progress", text: "pulling web: 1 MB of 4 MB", current: 1_048_576, total: 4_194_304 },
    { type: "step-finished", step: "images", text: "web 4 MB pulled" },
  ]);
});
