import { expect, test } from "vitest";
import { adopt } from "../../../../src/stack/plan/adopt.ts";
import { planFor } from "../../../support/plan-for.ts";
import { observed, running, service, stackOf } from "../../../support/sample-stack.ts";

const config = { path: "c.yaml", source: "/p/c.yaml", target: "/c.yaml", hash: "h1" };
const startedAt = "2026-01-01T00:00:00.000Z";

const driftWith = (configHash: string, modified: string) => {
  const web = service("web", { files: [{ ...config, modifiedMs: Date.parse(modified) }] });
  const stack = stackOf(web);
  const found = running(stack, web, { fingerprint: null, files: {}, configHash, startedAt });
  return planFor(stack, adopt(stack, observed(stack, found), { web: "aa" })).drift;
};

test("what Compose made from the file as it is must count as configured", () => {
  expect(driftWith("aa", "2025-12-31T00:00:00Z")).toEqual({});
});

test("what Compose made from another configuration must be made anew", () => {
  expect(driftWith("bb", "2025-12-31T00:00:00Z")).toEqual({ web: ["made by docker compose"] });
});

test("a mounted file that was written after Compose started the service must be drift", () => {
  expect(driftWith("aa", "2026-01-02T00:00:00Z")).toEqual({ web: ["c.yaml"] });
});

test("what goat-dev made must be judged by its own fingerprint, whatever Compose says", () => {
  const web = service("web");
  const stack = stackOf(web);
  const found = observed(stack, running(stack, web, { configHash: "aa" }));
  expect(adopt(stack, found, { web: "bb" })).toEqual(found);
});
