import { expect, test } from "vitest";
import type { StackSpec } from "../../../../src/model/stack.ts";
import { planFor, planText } from "../../../support/plan-for.ts";
import { dependsOn, observed, running, service, stackOf } from "../../../support/sample-stack.ts";

const job = service("job");
const worker = service("worker", { dependsOn: [dependsOn("job", { until: "completed" })] });
const jobs = stackOf(job, worker);

test("a one-shot service must be waited for until it has completed, and its dependents after it", () => {
  expect(planText(jobs, observed(jobs))).toMatchInlineSnapshot(`
    "1 create-container goat-job-1: absent
    2 create-container goat-worker-1: absent
    3 start-container goat-job-1: absent (after 1)
    4 await-exit goat-job-1: absent (after 3)
    5 start-container goat-worker-1: absent (after 2, 4)
    6 await-ready goat-worker-1: absent (after 5)"
  `);
});

test("a one-shot service that has completed must not run again", () => {
  const done = running(jobs, job, { state: "exited", exitCode: 0 });
  const plan = planFor(jobs, observed(jobs, done, running(jobs, worker)));
  expect(plan.nodes.filter(({ subject }) => subject === "job")).toEqual([]);
});

test("a one-shot service that failed must run again", () => {
  const failed = running(jobs, job, { state: "exited", exitCode: 3 });
  const plan = planFor(jobs, observed(jobs, failed, running(jobs, worker)));
  const steps = plan.nodes.filter(({ subject }) => subject === "job");
  expect(steps.map(({ action }) => action.type)).toEqual(["start-container", "await-exit"]);
  expect(steps[0]?.cause).toBe("exited with status 3");
});

test("a completed one-shot service that follows its dependency into a restart must be waited for again", () => {
  const db = service("db");
  const migrate = service("migrate", { dependsOn: [dependsOn("db", { restart: true })] });
  const app = service("app", { dependsOn: [dependsOn("migrate", { until: "completed" })] });
  const spec = stackOf(db, migrate, app);
  const found = observed(
    spec,
    running(spec, db, { imageId: "sha256:older" }),
    running(spec, migrate, { state: "exited", exitCode: 0 }),
    running(spec, app),
  );
  const steps = planFor(spec, found).nodes.filter(({ subject }) => subject === "migrate");
  expect(steps.map(({ action }) => action.type)).toEqual(["stop-container", "start-container", "await-exit"]);
});

const startOf = (spec: StackSpec, name: string) => {
  const plan = planFor(spec, observed(spec));
  const start = plan.nodes.find(({ subject, action }) => subject === name && action.type === "start-container");
  const typesOf = (ids: readonly number[] = []) =>
    ids.map((id) => plan.nodes.find((node) => node.id === id)).map((node) => `${node?.action.type} ${node?.subject}`);
  return { after: typesOf(start?.after), softAfter: typesOf(start?.softAfter) };
};

test.each([
  ["started", "start-container dep"],
  ["ready", "await-ready dep"],
  ["completed", "await-exit dep"],
] as const)("depends_on with condition %s must be an edge to that step", (until, step) => {
  const user = service("user", { dependsOn: [dependsOn("dep", { until })] });
  expect(startOf(stackOf(service("dep"), user), "user").after).toContain(step);
});

test("required: false must be waited for and must not hold back", () => {
  const user = service("user", { dependsOn: [dependsOn("dep", { required: false })] });
  const { after, softAfter } = startOf(stackOf(service("dep"), user), "user");
  expect(after).toEqual(["create-container user"]);
  expect(softAfter).toEqual(["await-ready dep"]);
});

test("a dependency that a profile switches off must not hold back", () => {
  const user = service("user", { dependsOn: [dependsOn("off", { required: false })] });
  expect(startOf(stackOf(user), "user").softAfter).toEqual([]);
});

test("who starts beside what it depends on must wait for nothing, and stop first", () => {
  const user = service("user", { dependsOn: [dependsOn("dep", { beside: true })] });
  const both = stackOf(service("dep"), user);
  expect(startOf(both, "user").after).toEqual(["create-container user"]);
  const found = observed(both, ...both.services.map((one) => running(both, one)));
  expect(planText(both, found, { restart: ["dep", "user"] })).toMatchInlineSnapshot(`
    "1 stop-container goat-user-1: asked for
    2 stop-container goat-dep-1: asked for (after 1)
    3 start-container goat-dep-1: asked for (after 2)
    4 await-ready goat-dep-1: asked for (after 3)
    5 start-container goat-user-1: asked for (after 1)
    6 await-ready goat-user-1: asked for (after 5)"
  `);
});

const host = service("host");
const guest = service("guest", {
  docker: { networkMode: "service:host", networks: [] },
  dependsOn: [dependsOn("host", { restart: true })],
});

test("a service that lives with another must be made after it, wherever the file names it", () => {
  expect(planText(stackOf(guest, host), observed(stackOf(guest, host)))).toMatchInlineSnapshot(`
    "1 create-container goat-host-1: absent
    2 create-container goat-guest-1: absent (after 1)
    3 start-container goat-host-1: absent (after 1)
    4 await-ready goat-host-1: absent (after 3)
    5 start-container goat-guest-1: absent (after 2, 4)
    6 await-ready goat-guest-1: absent (after 5)"
  `);
});

test("a service that lives with another must be made anew with it, in the new one's place", () => {
  const spec = stackOf(guest, host);
  const found = observed(spec, running(spec, guest), running(spec, host, { imageId: "sha256:older" }));
  const plan = planFor(spec, found);
  const made = plan.nodes.flatMap(({ action }) => (action.type === "create-container" ? [action] : []));
  expect(made.map(({ service: { name } }) => name)).toEqual(["host", "guest"]);
  expect(made[1]?.hosts).toEqual({ host: made[0]?.container });
});
