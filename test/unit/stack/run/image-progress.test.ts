import { expect, test } from "vitest";
import { createImageProgress } from "../../../../src/stack/run/image-progress.ts";

function pulled(image: string) {
  return { type: "pull-image", image } as const;
}

test("several pulls must be one sum, named by their short names while they last", () => {
  const pulls = createImageProgress();
  pulls.add(pulled("ghcr.io/berriai/litellm:v1"), { text: "", current: 100_000_000, total: 400_000_000 });
  const both = pulls.add(pulled("langfuse/langfuse@sha256:1"), { text: "", current: 50_000_000, total: 100_000_000 });
  expect(both).toEqual({
    text: "pulling litellm, langfuse: 143 MB of 477 MB",
    current: 150_000_000,
    total: 500_000_000,
  });
  pulls.done(pulled("ghcr.io/berriai/litellm:v1"));
  const one = pulls.add(pulled("langfuse/langfuse@sha256:1"), { text: "", current: 60_000_000, total: 100_000_000 });
  expect(one.text).toBe("pulling langfuse: 439 MB of 477 MB");
});

test("a layer that two images share must count once, as far as the one or the other has it", () => {
  const pulls = createImageProgress();
  const mega = 1_048_576;
  const shared = (current: number) => ["base", { current, total: 10 * mega }] as const;
  const own = (id: string) => [id, { current: mega, total: 2 * mega }] as const;
  pulls.add(pulled("one:1"), { text: "", current: 2, total: 12 * mega, parts: new Map([shared(mega), own("a")]) });
  const both = pulls.add(pulled("two:1"), { text: "", parts: new Map([shared(3 * mega), own("b")]) });
  expect(both.text).toBe("pulling one, two: 5 MB of 14 MB");
  const behind = pulls.add(pulled("two:1"), { text: "", parts: new Map([shared(0), own("b")]) });
  expect(behind.text).toBe("pulling one, two: 3 MB of 14 MB");
  pulls.done(pulled("one:1"));
  expect(pulls.add(pulled("two:1"), { text: "", parts: new Map([shared(10 * mega), own("b")]) }).text).toBe(
    "pulling two: 13 MB of 14 MB",
  );
});

test("an image whose size nobody said must be told all the same", () => {
  const pulls = createImageProgress();
  pulls.done(pulled("localhost:5000/mine:1"));
  expect(pulls.summary()).toBe("mine pulled");
});

test("an installation must be told in its own words, with what it fetches, and be called one", () => {
  const pulls = createImageProgress();
  pulls.add(pulled("postgres 16.14 (local)"), { says: "step", text: "postgres 16.14: unpacking" });
  const fetching = { says: "step" as const, text: "litellm: fetching packages", current: 0, total: 104_857_600 };
  expect(pulls.add(pulled("litellm 1.103.7 (local)"), fetching).text).toBe(
    "postgres 16.14: unpacking · litellm: fetching packages (0 B of 100 MB)",
  );
  pulls.done(pulled("postgres 16.14 (local)"));
  pulls.done(pulled("litellm 1.103.7 (local)"));
  expect(pulls.summary()).toBe("postgres 16.14 installed · litellm 1.103.7 installed");
});

test("a build must be told by the step that it is at, beside what is pulled, and be called one", () => {
  const images = createImageProgress();
  const web = { type: "build-image", image: "shop-web" } as const;
  images.add(pulled("redis:7"), { text: "pulling", current: 0, total: 1_048_576 });
  const both = images.add(web, { says: "step", text: "building web: 2/5 RUN npm ci" });
  expect(both.text).toBe("pulling redis: 0 B of 1 MB · building web: 2/5 RUN npm ci");
  images.done(web);
  images.done(pulled("redis:7"));
  expect(images.summary()).toBe("redis 1 MB pulled · shop-web built");
});

test("an image that a registry had after all must be called pulled", () => {
  const images = createImageProgress();
  const web = { type: "build-image", image: "me/web:1" } as const;
  images.add(web, { text: "pulling", current: 10, total: 1_048_576 });
  images.done(web);
  expect(images.summary()).toBe("web 1 MB pulled");
});
