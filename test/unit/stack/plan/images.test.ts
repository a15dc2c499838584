import { expect, test } from "vitest";
import type { BuildSpec } from "../../../../src/model/build.ts";
import { formatStep } from "../../../../src/model/plan.ts";
import type { ServiceSpec } from "../../../../src/model/stack.ts";
import { joined } from "../../../../src/stack/plan/graph.ts";
import { planFreshImages, withWishes } from "../../../../src/stack/plan/images.ts";
import { planFor } from "../../../support/plan-for.ts";
import { nothing, observed, service, stackOf } from "../../../support/sample-stack.ts";

const build: BuildSpec = { context: "/p/web", dockerfile: "Dockerfile", args: {}, labels: {} };
const web = service("web", { docker: { image: "goat-web", build } });
const named = service("api", { docker: { image: "me/api:1", build } });
const stack = stackOf(web, named, service("db", { docker: { image: "db:1" } }));

function fetched(plan: { readonly nodes: readonly Parameters<typeof formatStep>[0][] }): readonly string[] {
  return plan.nodes.filter(({ subject }) => subject === "images").map(formatStep);
}

test("an image that is not here must be built where the file says how, and pulled where it does not", () => {
  expect(fetched(planFor(stack, nothing(stack)))).toEqual([
    "build-image goat-web: absent",
    "build-image me/api:1: absent",
    "pull-image db:1: absent",
  ]);
  expect(fetched(planFor(stack, observed(stack)))).toEqual([]);
});

test("a registry must be asked first for a name of the user's own alone, and not where it may not be", () => {
  const orPull = (...services: readonly ServiceSpec[]) =>
    planFor(stackOf(...services), nothing(stack)).nodes.flatMap(({ action }) =>
      action.type === "build-image" ? [action.orPull] : [],
    );
  const never = service("n", { docker: { image: "me/n:1", build, pullPolicy: "never" } });
  const always = service("b", { docker: { image: "me/b:1", build, pullPolicy: "build" } });
  expect(orPull(web, named, never, always)).toEqual([false, true, false, false]);
});

test("an image that one service builds and another names must be built once, before both", () => {
  const other = service("worker", { docker: { image: "goat-web" } });
  const plan = planFor(stackOf(other, web), nothing(stack));
  expect(fetched(plan)).toEqual(["build-image goat-web: absent"]);
  const creates = plan.nodes.filter(({ action }) => action.type === "create-container");
  expect(creates.map(({ after }) => after.includes(1))).toEqual([true, true]);
});

test("what is here must be built anew for --build, and pulled for --pull always or pull_policy", () => {
  const fresh = (wishes: Parameters<typeof withWishes>[1]) => {
    const wished = withWishes(stack, wishes);
    return fetched(planFreshImages(wished, observed(stack), wished.services));
  };
  expect(fresh({ build: false, pull: undefined })).toEqual([]);
  expect(fresh({ build: true, pull: undefined })).toEqual([
    "build-image goat-web: pull_policy: build",
    "build-image me/api:1: pull_policy: build",
  ]);
  expect(fresh({ build: false, pull: "always" })).toEqual([
    "build-image goat-web: pull_policy: always",
    "build-image me/api:1: pull_policy: always",
    "pull-image db:1: pull_policy: always",
  ]);
});

test("how an image comes here must be no drift", () => {
  const wished = withWishes(stack, { build: true, pull: "never" });
  expect(planFor(wished, observed(stack)).drift).toEqual({});
});

test("two plans must become one in which the second waits for the first", () => {
  const wished = withWishes(stack, { build: true, pull: undefined });
  const fresh = planFreshImages(wished, observed(stack), wished.services);
  const plan = joined(fresh, planFor(stack, observed(stack)));
  expect(plan.nodes.map(({ id }) => id)).toEqual(plan.nodes.map((_, index) => index + 1));
  for (const { id, after } of plan.nodes.slice(fresh.nodes.length)) {
    expect(after.length).toBeGreaterThan(0);
    for (const other of after) expect(other).toBeLessThan(id);
  }
});
