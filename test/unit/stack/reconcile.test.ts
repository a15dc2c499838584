import { expect, test } from "vitest";
import type { ObservedStack } from "../../../src/model/observed.ts";
import { formatPlan, type Plan } from "../../../src/model/plan.ts";
import type { StackSpec } from "../../../src/model/stack.ts";
import { selectServices } from "../../../src/stack/graph.ts";
import { reconcile } from "../../../src/stack/reconcile.ts";
import {
  dependsOn,
  idOf,
  nothing,
  observed,
  running,
  service,
  stackOf,
  volumeMount,
} from "../../support/sample-stack.ts";

const postgres = service("postgres", { docker: { mounts: [volumeMount("data")] } });
const litellm = service("litellm", { dependsOn: [dependsOn("postgres")] });
const stack = stackOf(postgres, litellm);

interface Options {
  readonly names?: readonly string[];
  readonly restart?: readonly string[];
}

const planFor = (spec: StackSpec, found: ObservedStack, { names = [], restart = [] }: Options = {}): Plan =>
  reconcile(spec, found, { services: selectServices(spec, names), restart: new Set(restart) });

const planText = (...args: Parameters<typeof planFor>): string =>
  formatPlan(planFor(...args))
    .replace(/\b[0-9a-f]{64}\b/g, "<id>")
    .replace(/\b[0-9a-f]{12}_/g, "<id>_");

test("where nothing is there, everything must be made, and a start must wait for what it depends on", () => {
  expect(planText(stack, nothing(stack))).toMatchInlineSnapshot(`
    "1 pull-image postgres:1: absent
    2 pull-image litellm:1: absent
    3 create-network goat_default: absent
    4 create-volume goat_data: absent
    5 create-container goat-postgres-1: absent (after 1, 3, 4)
    6 create-container goat-litellm-1: absent (after 2, 3)
    7 start-container goat-postgres-1: absent (after 5)
    8 await-ready goat-postgres-1: absent (after 7)
    9 start-container goat-litellm-1: absent (after 6, 8)
    10 await-ready goat-litellm-1: absent (after 9)"
  `);
});

test("up must not recreate an unchanged service", () => {
  const plan = planFor(stack, observed(stack, running(stack, postgres), running(stack, litellm)));
  expect(formatPlan(plan)).toMatchInlineSnapshot(`
    "1 await-ready goat-postgres-1: as configured
    2 await-ready goat-litellm-1: as configured (after 1)"
  `);
  expect(plan.drift).toEqual({});
});

test("only what changed must be recreated, under a temporary name until the old one is gone", () => {
  const changed = running(stack, litellm, { imageId: "sha256:older" });
  expect(planText(stack, observed(stack, running(stack, postgres), changed))).toMatchInlineSnapshot(`
    "1 create-container <id>_goat-litellm-1: build of litellm:1 changed
    2 stop-container goat-litellm-1: build of litellm:1 changed (after 1)
    3 await-ready goat-postgres-1: as configured
    4 remove-container <id>: build of litellm:1 changed (after 2)
    5 rename-container <id>_goat-litellm-1 to goat-litellm-1: build of litellm:1 changed (after 4, 1)
    6 start-container goat-litellm-1: build of litellm:1 changed (after 1, 2, 5, 3)
    7 await-ready goat-litellm-1: build of litellm:1 changed (after 6, 5)"
  `);
});

test("a replaced dependency must not take its dependents with it", () => {
  const changed = running(stack, postgres, { imageId: "sha256:older" });
  const plan = planFor(stack, observed(stack, changed, running(stack, litellm)));
  const actions = plan.nodes.filter(({ subject }) => subject === "litellm").map(({ action }) => action.type);
  expect(actions).toEqual(["await-ready"]);
});

test("with restart: true a dependent must stop before its dependency is replaced and start after it is ready", () => {
  const follower = service("litellm", { dependsOn: [dependsOn("postgres", { restart: true })] });
  const spec = stackOf(postgres, follower);
  const changed = running(spec, postgres, { imageId: "sha256:older" });
  expect(planText(spec, observed(spec, changed, running(spec, follower)))).toMatchInlineSnapshot(`
    "1 create-container <id>_goat-postgres-1: build of postgres:1 changed
    2 stop-container goat-litellm-1: postgres is replaced
    3 stop-container goat-postgres-1: build of postgres:1 changed (after 1, 2)
    4 remove-container <id>: build of postgres:1 changed (after 3)
    5 rename-container <id>_goat-postgres-1 to goat-postgres-1: build of postgres:1 changed (after 4, 1)
    6 start-container goat-postgres-1: build of postgres:1 changed (after 1, 3, 5)
    7 await-ready goat-postgres-1: build of postgres:1 changed (after 6, 5)
    8 start-container goat-litellm-1: postgres is replaced (after 2, 7)
    9 await-ready goat-litellm-1: postgres is replaced (after 8)"
  `);
});

test("what nobody asked for must not be touched", () => {
  const plan = planFor(stack, nothing(stack), { names: ["postgres"] });
  expect(plan.nodes.map(({ subject }) => subject)).not.toContain("litellm");
});

test("a container that docker compose made must be replaced, and its volume kept", () => {
  const foreign = running(stack, postgres, { fingerprint: null });
  const plan = planFor(stack, observed(stack, foreign, running(stack, litellm)));
  expect(plan.drift).toEqual({ postgres: ["made by docker compose"] });
  expect(plan.nodes.map(({ action }) => action.type)).not.toContain("create-volume");
  expect(plan.nodes.filter(({ action }) => action.type === "remove-container")).toMatchObject([
    {
      action: { container: foreign.handle, anonymousVolumes: false },
      cause: "made by docker compose, not by goat-dev",
    },
  ]);
});

test.each([
  ["exited", { state: "exited", exitCode: 1 }, ["start-container", "await-ready"]],
  ["created", { state: "created", startedAt: null }, ["start-container", "await-ready"]],
  ["crash-looping", { state: "restarting" }, ["stop-container", "start-container", "await-ready"]],
  ["paused", { state: "paused" }, ["stop-container", "start-container", "await-ready"]],
] as const)("%s containers must be started from scratch, and kept", (_name, state, actions) => {
  const plan = planFor(stack, observed(stack, running(stack, postgres, state)), { names: ["postgres"] });
  expect(plan.nodes.map(({ action }) => action.type)).toEqual(actions);
});

test("a dead container must be replaced: no engine starts it again", () => {
  const plan = planFor(stack, observed(stack, running(stack, postgres, { state: "dead" })), { names: ["postgres"] });
  expect(plan.nodes.map(({ action }) => action.type)).toContain("create-container");
});

test("restart must stop and start what it names, dependents first, and nothing else", () => {
  const found = observed(stack, running(stack, postgres), running(stack, litellm));
  expect(planText(stack, found, { restart: ["postgres", "litellm"] })).toMatchInlineSnapshot(`
    "1 stop-container goat-litellm-1: asked for
    2 stop-container goat-postgres-1: asked for (after 1)
    3 start-container goat-postgres-1: asked for (after 2)
    4 await-ready goat-postgres-1: asked for (after 3)
    5 start-container goat-litellm-1: asked for (after 1, 4)
    6 await-ready goat-litellm-1: asked for (after 5)"
  `);
  const one = planFor(stack, found, { restart: ["litellm"] });
  expect(one.nodes.filter(({ subject }) => subject === "postgres").map(({ action }) => action.type)).toEqual([
    "await-ready",
  ]);
});

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

const leftover = (state: "created" | "running") =>
  running(stack, postgres, {
    handle: idOf("new"),
    container: `${idOf("postgres").slice(0, 12)}_goat-postgres-1`,
    state,
    startedAt: null,
  });

test("what an interrupted replacement left beside the container in use must be removed", () => {
  const found = observed(stack, running(stack, postgres), leftover("created"));
  const [first, ...rest] = planFor(stack, found, { names: ["postgres"] }).nodes;
  expect(first).toMatchObject({
    action: { type: "remove-container", container: idOf("new"), anonymousVolumes: false },
    cause: "an interrupted replacement",
  });
  expect(rest.map(({ action }) => action.type)).toEqual(["await-ready"]);
});

test("a container that an interrupted replacement made must get its name before it starts", () => {
  const found = observed(stack, leftover("created"));
  expect(planText(stack, found, { names: ["postgres"] })).toMatchInlineSnapshot(`
    "1 rename-container <id>_goat-postgres-1 to goat-postgres-1: an interrupted replacement
    2 start-container goat-postgres-1: not started (after 1)
    3 await-ready goat-postgres-1: not started (after 2, 1)"
  `);
});

test("an owed name must not be given while the container is being stopped under its old one", () => {
  const plan = planFor(stack, observed(stack, leftover("running")), { names: ["postgres"], restart: ["postgres"] });
  const stop = plan.nodes.find(({ action }) => action.type === "stop-container");
  expect(plan.nodes.find(({ action }) => action.type === "rename-container")?.after).toEqual([stop?.id]);
});

test("containers that the file no longer names must be told, one-off ones not", () => {
  const gone = running(stack, service("gone"));
  const oneOff = running(stack, service("gone"), { oneOff: true, container: "goat-gone-run-1" });
  expect(planFor(stack, observed(stack, gone, oneOff)).orphans).toEqual(["goat-gone-1"]);
});

test("images must be pulled once each, where they are absent or pull_policy says always", () => {
  const twins = stackOf(
    service("a", { docker: { image: "same:1" } }),
    service("b", { docker: { image: "same:1" } }),
    service("c", { docker: { image: "kept:1", pullPolicy: "always" } }),
    service("d", { docker: { image: "mine:1", pullPolicy: "never" } }),
  );
  const pulled = (found: ObservedStack) =>
    planFor(twins, found).nodes.flatMap(({ action }) => (action.type === "pull-image" ? [action.image] : []));
  expect(pulled(nothing(twins))).toEqual(["same:1", "kept:1"]);
  expect(pulled(observed(twins))).toEqual(["kept:1"]);
});

test("external networks and volumes must not be made", () => {
  const external = {
    ...stack,
    networks: stack.networks.map((network) => ({ ...network, external: true })),
    volumes: stack.volumes.map((volume) => ({ ...volume, external: true })),
  };
  const types = planFor(external, nothing(external)).nodes.map(({ action }) => action.type);
  expect(types).not.toContain("create-network");
  expect(types).not.toContain("create-volume");
});
