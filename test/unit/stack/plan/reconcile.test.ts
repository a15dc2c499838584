import { expect, test } from "vitest";
import type { ObservedStack } from "../../../../src/model/observed.ts";
import { formatPlan } from "../../../../src/model/plan.ts";
import { planFor, planText } from "../../../support/plan-for.ts";
import {
  dependsOn,
  idOf,
  nothing,
  observed,
  running,
  service,
  stackOf,
  volumeMount,
} from "../../../support/sample-stack.ts";

const postgres = service("postgres", { docker: { mounts: [volumeMount("data")] } });
const litellm = service("litellm", { dependsOn: [dependsOn("postgres")] });
const stack = stackOf(postgres, litellm);

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
  ["paused", { state: "paused" }, ["start-container", "await-ready"]],
] as const)("%s containers must be started, and kept", (_name, state, actions) => {
  const plan = planFor(stack, observed(stack, running(stack, postgres, state)), { names: ["postgres"] });
  expect(plan.nodes.map(({ action }) => action.type)).toEqual(actions);
});

test("a container whose network is gone must be made anew, after the network", () => {
  const found = observed(stack, running(stack, postgres, { state: "exited", exitCode: 0, networks: [] }));
  expect(planText(stack, { ...found, networks: [] }, { names: ["postgres"] })).toMatchInlineSnapshot(`
    "1 create-network goat_default: absent
    2 create-container <id>_goat-postgres-1: network goat_default changed (after 1)
    3 stop-container goat-postgres-1: network goat_default changed (after 2)
    4 remove-container <id>: network goat_default changed (after 3)
    5 rename-container <id>_goat-postgres-1 to goat-postgres-1: network goat_default changed (after 4, 2)
    6 start-container goat-postgres-1: network goat_default changed (after 2, 3, 5)
    7 await-ready goat-postgres-1: network goat_default changed (after 6, 5)"
  `);
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

test("images must be pulled once each, where they are absent", () => {
  const twins = stackOf(
    service("a", { docker: { image: "same:1" } }),
    service("b", { docker: { image: "same:1" } }),
    service("c", { docker: { image: "kept:1", pullPolicy: "always" } }),
    service("d", { docker: { image: "mine:1", pullPolicy: "never" } }),
  );
  const pulled = (found: ObservedStack) =>
    planFor(twins, found).nodes.flatMap(({ action }) => (action.type === "pull-image" ? [action.image] : []));
  expect(pulled(nothing(twins))).toEqual(["same:1", "kept:1"]);
  expect(pulled(observed(twins))).toEqual([]);
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
