import { expect, test } from "vitest";
import { createPullProgress } from "../../../../src/stack/run/report.ts";

test("several pulls must be one sum, named by their short names while they last", () => {
  const pulls = createPullProgress();
  pulls.add("ghcr.io/berriai/litellm:v1", { text: "", current: 100_000_000, total: 400_000_000 });
  const both = pulls.add("langfuse/langfuse@sha256:1", { text: "", current: 50_000_000, total: 100_000_000 });
  expect(both).toEqual({
    text: "pulling litellm, langfuse: 143 MB of 477 MB",
    current: 150_000_000,
    total: 500_000_000,
  });
  pulls.done("ghcr.io/berriai/litellm:v1");
  const one = pulls.add("langfuse/langfuse@sha256:1", { text: "", current: 60_000_000, total: 100_000_000 });
  expect(one.text).toBe("pulling langfuse: 439 MB of 477 MB");
});

test("an image whose size nobody said must be told all the same", () => {
  const pulls = createPullProgress();
  pulls.done("localhost:5000/mine:1");
  expect(pulls.summary()).toBe("mine pulled");
});

test("an installation must be told in its own words, with what it fetches, and be called one", () => {
  const pulls = createPullProgress();
  pulls.add("postgres 16.14 (local)", { says: "step", text: "postgres 16.14: unpacking" });
  const fetching = { says: "step" as const, text: "litellm: fetching packages", current: 0, total: 104_857_600 };
  expect(pulls.add("litellm 1.103.7 (local)", fetching).text).toBe(
    "postgres 16.14: unpacking · litellm: fetching packages (0 B of 100 MB)",
  );
  pulls.done("postgres 16.14 (local)");
  pulls.done("litellm 1.103.7 (local)");
  expect(pulls.summary()).toBe("postgres 16.14 installed · litellm 1.103.7 installed");
});
