import { expect, test } from "vitest";
import { basesOf } from "../../../../src/engine/docker/build.ts";
import { createBuildOutput } from "../../../../src/engine/docker/build-output.ts";

/** Protocol Buffers: a field with bytes. */
function field(number: number, ...parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  return Buffer.concat([Buffer.from([number * 8 + 2]), varint(body.length), body]);
}

function varint(value: number): Buffer {
  return value < 128 ? Buffer.from([value]) : Buffer.from([(value % 128) + 128, ...varint(Math.floor(value / 128))]);
}

const time = (number: number): Buffer => field(number, Buffer.from([8, 200, 1, 16, 5]));

function trace(...parts: readonly Buffer[]) {
  return { id: "moby.buildkit.trace", aux: Buffer.concat(parts).toString("base64") };
}

const vertex = (digest: string, name: string, ...more: readonly Buffer[]): Buffer =>
  field(1, field(1, digest), field(2, "sha256:input"), field(3, name), Buffer.from([32, 0]), ...more);

const log = (digest: string, text: string): Buffer =>
  field(3, field(1, digest), time(2), Buffer.from([24, 1]), field(4, text));

test("BuildKit's steps must be told as they begin, its own work not", () => {
  const output = createBuildOutput();
  expect(output.add(trace(vertex("a", "[internal] load remote build context", time(5))))).toBeNull();
  expect(output.add(trace(vertex("b", "[stage-0 2/3] RUN npm ci", time(5))))).toMatchObject({ name: "2/3 RUN npm ci" });
  expect(output.add(trace(vertex("b", "[stage-0 2/3] RUN npm ci", time(5), time(6))))).toBeNull();
  expect(output.add({ id: "moby.image.id", aux: { ID: "sha256:1" } })).toBeNull();
});

test("the step that failed must be found with the last that it printed, though others ran beside it", () => {
  const output = createBuildOutput();
  output.add(trace(vertex("a", "[a 1/2] RUN one", time(5)), vertex("b", "[b 1/2] RUN two", time(5))));
  output.add(trace(log("a", `${"x\n".repeat(30)}\u001b[91mlast\u001b[0m\n`), log("b", "fine\n")));
  output.add(trace(vertex("a", "[a 1/2] RUN one", time(5), time(6), field(7, "exit code: 1"))));
  output.add(trace(vertex("b", "[b 1/2] RUN two", time(5))));
  const failed = output.failed();
  expect(failed?.name).toBe("a 1/2 RUN one");
  expect(failed?.lines.length).toBe(20);
  expect(failed?.lines.at(-1)).toBe("last");
});

test.each(["Step 2/4 : RUN npm ci", "STEP 2/4: RUN npm ci"])(
  "the classic builder's steps must be told and found where they fail: %s",
  (line) => {
    const output = createBuildOutput();
    output.add({ stream: "Step 1/4 : FROM node" });
    expect(output.add({ stream: line })).toMatchObject({ name: "2/4 RUN npm ci" });
    output.add({ stream: " ---> Running in 12ab\n" });
    output.add({ stream: "npm says no\n" });
    expect(output.failed()).toMatchObject({ name: "2/4 RUN npm ci", lines: ["npm says no"] });
  },
);

test("a trace that is cut short or of another kind must say nothing, and never throw", () => {
  const whole = Buffer.from(trace(vertex("a", "[1/1] RUN x", time(5))).aux, "base64");
  const output = createBuildOutput();
  for (let end = 0; end < whole.length; end += 1) {
    output.add({ id: "moby.buildkit.trace", aux: whole.subarray(0, end).toString("base64") });
  }
  expect(output.add({ id: "moby.buildkit.trace", aux: Buffer.from([255, 255, 255]).toString("base64") })).toBeNull();
});

test("the images that a Dockerfile builds on must be found, its own stages and variables left aside", () => {
  const text = `# FROM no
ARG V=1
FROM --platform=linux/amd64 registry.example.com/base:1 AS build
  from node:20
FROM build
FROM app:$V
FROM scratch
FROM node:20
`;
  expect(basesOf(text)).toEqual(["registry.example.com/base:1", "node:20"]);
});
