import { expect, test } from "vitest";
import { checkImagePairs } from "../../../../src/doctor/checks/image-pairs.ts";
import { service, stackOf } from "../../../support/sample-stack.ts";

const data = { kind: "volume", volume: "data", target: "/var/lib/postgresql/data", readOnly: false } as const;

const pair = (postgres: string, langfuse: string, litellm: string, environment = {}) =>
  stackOf(
    service("postgres", { role: "database", docker: { image: postgres, mounts: [data] } }),
    service("langfuse", { role: "tracing", environment, docker: { image: langfuse } }),
    service("litellm", { role: "gateway", docker: { image: litellm } }),
  );

const [postgres, langfuse, litellm] = ["postgres:16", "langfuse/langfuse:2.95.12", "ghcr.io/berriai/litellm:v1.103.10"];

test("images that fit, and images of which nothing is known, must be let through", () => {
  for (const stack of [
    pair(postgres, langfuse, litellm),
    pair("postgres:17.2-alpine", "langfuse/langfuse:latest", "litellm/litellm:main-stable"),
    pair("timescale/timescaledb:18", "goat-dev-test/langfuse:9", "goat-dev-test/other:3"),
    pair(postgres, "langfuse/langfuse:3", litellm, { CLICKHOUSE_URL: "http://clickhouse:8123" }),
  ])
    expect(checkImagePairs(stack)).toEqual([]);
});

test.each([
  ["Postgres 18 with the mount of 17", pair("postgres:18", langfuse, litellm), "database-mount-unfit", "postgres:16"],
  ["Langfuse 3 alone", pair(postgres, "langfuse/langfuse:3.225.4", litellm), "tracing-needs-clickhouse", "2.95.12"],
])("%s must be told before anything is made, with one that fits", (_, stack, code, image) => {
  const [first, ...others] = checkImagePairs(stack);
  expect(others).toEqual([]);
  expect(first).toMatchObject({ verdict: "problem", error: { code } });
  expect(JSON.stringify(first)).toContain(image);
});

test("a LiteLLM that sends what Langfuse 2 does not take must be warned of", () => {
  const found = checkImagePairs(pair(postgres, langfuse, "ghcr.io/berriai/litellm:v1.110.1"));
  expect(found).toMatchObject([{ verdict: "warning", text: expect.stringContaining("LiteLLM 1.110") }]);
});
