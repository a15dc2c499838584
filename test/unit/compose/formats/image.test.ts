import { expect, test } from "vitest";
import { imageProblem } from "../../../../src/compose/formats/image.ts";

test.each([
  "postgres",
  "postgres:16",
  "langfuse/langfuse:2.95.12",
  "ghcr.io/berriai/litellm:main-v1.74.0-stable",
  "localhost/app",
  "localhost:5000/team/app_2:Latest",
  "Registry.Example.com/app",
  "REGISTRY:5000/app",
  "[::1]:5000/app",
  "a__b/c.d--e",
  `postgres@sha256:${"0a".repeat(32)}`,
  `postgres:16@sha256:${"0a".repeat(32)}`,
  `sha256:${"0a".repeat(32)}`,
])("%s must be taken for an image's name", (image) => {
  expect(imageProblem(image)).toBeUndefined();
});

test.each([
  ["Postgres:16", "postgres:16"],
  ["langfuse/Langfuse:2-Alpine", "langfuse/langfuse:2-Alpine"],
  ["ghcr.io/BerriAI/litellm", "ghcr.io/berriai/litellm"],
  [`Postgres@sha256:${"0A".repeat(32)}`, `postgres@sha256:${"0A".repeat(32)}`],
])("the capital letters of %s must be named, with the name to write: %s", (image, lower) => {
  expect(imageProblem(image)).toBe(`"${image}" has capital letters, which no image's name has: write ${lower}`);
});

test.each([
  "postgres 16",
  "post gres:16",
  ":16",
  "/postgres",
  "postgres/",
  "a//b",
  "-a",
  "a___b",
  "https://hub.docker.com/postgres",
  "postgres@sha256:12",
  `postgres:${"1".repeat(129)}`,
  "postgres?16",
  "pöstgres",
])("%j must be refused as no image's name", (image) => {
  expect(imageProblem(image)).toContain(`"${image}" is no image's name`);
});

test("an empty tag, often of a variable that is not set, must be named", () => {
  expect(imageProblem("postgres:")).toBe('"postgres:" has no tag behind its colon');
});

test("a long name must be read as quickly as it is long", () => {
  expect(imageProblem(`${"a-".repeat(50_000)}!`)).toContain("is no image's name");
});
