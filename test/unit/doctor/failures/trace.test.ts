import { expect, test } from "vitest";
import { sendsNoTraces, type TracePath, traceObstacle } from "../../../../src/doctor/failures/trace.ts";

const keys = { LANGFUSE_PUBLIC_KEY: "pk-lf-1", LANGFUSE_SECRET_KEY: "sk-lf-1" };

const path = (changes: Partial<TracePath> = {}): TracePath => ({
  gateway: "litellm",
  tracing: "langfuse",
  config: "dev/litellm-config.yaml",
  callbacks: ["langfuse"],
  environment: { LANGFUSE_HOST: "http://langfuse:3000", ...keys },
  publicKey: "pk-lf-1",
  secretKey: "sk-lf-1",
  ports: [3000],
  services: ["postgres", "langfuse", "litellm"],
  tracingMajor: 2,
  ...changes,
});

const host = (value: string) => path({ environment: { ...keys, LANGFUSE_HOST: value } });

test("what is as it should be must have no obstacle", () => {
  for (const fine of [
    path(),
    host("langfuse:3000"),
    host("http://host.docker.internal:3001"),
    host("https://traces.example.org"),
  ]) {
    expect(traceObstacle(fine)).toBeNull();
    expect(sendsNoTraces(fine)).toBe(false);
  }
});

test("a config without a callback of Langfuse must count as one that sends none", () => {
  expect(sendsNoTraces(path({ callbacks: [] }))).toBe(true);
  expect(sendsNoTraces(path({ callbacks: ["prometheus"] }))).toBe(true);
  for (const callbacks of [["langfuse"], ["langfusee"], ["langfuse_otel"], ["prometheus", "langfuse"]]) {
    expect(sendsNoTraces(path({ callbacks }))).toBe(false);
  }
});

test.each<[string, TracePath, string, RegExp]>([
  ["a misspelt callback", path({ callbacks: ["langfusee"] }), "trace-callback-unknown", /langfusee: langfuse is meant/],
  ["a callback for Langfuse 3", path({ callbacks: ["langfuse_otel"] }), "trace-callback-unfit", /Langfuse 2/],
  ["another secret", path({ secretKey: "sk-lf-other" }), "trace-keys-differ", /LANGFUSE_SECRET_KEY/],
  ["another pair", path({ environment: { LANGFUSE_HOST: "http://langfuse:3000" } }), "trace-keys-differ", /missing/],
  ["no host", path({ environment: keys }), "trace-host-wrong", /cloud/],
  ["a misspelt host", host("http://langfus:3000"), "trace-host-wrong", /langfuse is meant/],
  ["the published port", host("http://langfuse:3001"), "trace-host-wrong", /port 3001/],
  ["this machine", host("http://localhost:3001"), "trace-host-wrong", /container/],
  ["another service", host("http://postgres:5432"), "trace-host-wrong", /another service/],
])("%s must be a cause of its own", (_, wrong, code, words) => {
  const error = traceObstacle(wrong);
  expect(error).toMatchObject({ code, service: "litellm" });
  expect(error?.message).toMatch(words);
  expect(error?.fixes.length).toBeGreaterThan(0);
  expect(JSON.stringify(error)).not.toContain("sk-lf-1");
});

test("langfuse_otel must be let through to Langfuse 3", () => {
  expect(traceObstacle(path({ callbacks: ["langfuse_otel"], tracingMajor: 3 }))).toBeNull();
});
