import type { ServerResponse } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { createDockerEngine } from "../../../../src/engine/docker/docker-engine.ts";
import { advance, type Layers, type PullEvent, toProgress } from "../../../../src/engine/docker/pull.ts";
import type { Progress } from "../../../../src/engine/engine.ts";
import type { Clock } from "../../../../src/platform/clock.ts";
import { type SeenRequest, startFakeDocker } from "../../../support/fake-docker.ts";
import { tempFolder, writeFiles } from "../../../support/temp.ts";

type Answer = (response: ServerResponse) => void;

const refuse =
  (status: number, message: string): Answer =>
  (response) =>
    response.writeHead(status).end(JSON.stringify({ message }));

const stream =
  (...events: readonly object[]): Answer =>
  (response) =>
    response.writeHead(200).end(events.map((event) => `${JSON.stringify(event)}\r\n`).join(""));

const pulled = stream(
  { id: "a", status: "Downloading", progressDetail: { current: 1, total: 2 } },
  { id: "a", status: "Pull complete" },
);

const hangUp: Answer = (response) => void response.destroy();

/** An engine whose registry gives these answers, one per pull. */
const pulling = async (answers: readonly Answer[], home = "/nonexistent") => {
  const docker = await startFakeDocker();
  const left = [...answers];
  const pulls: SeenRequest[] = [];
  docker.intercept = (seen, response) => {
    if (seen.url.pathname !== "/images/create") return false;
    pulls.push(seen);
    (left.shift() ?? refuse(500, "asked too often"))(response);
    return true;
  };
  const waits: number[] = [];
  const clock: Clock = {
    now: () => 0,
    date: () => new Date(0),
    sleep: async (ms, signal) => {
      waits.push(ms);
      signal.throwIfAborted();
    },
  };
  const engine = createDockerEngine({ dockerHost: docker.host, env: {}, home, clock });
  onTestFinished(async () => {
    await engine[Symbol.asyncDispose]();
    await docker[Symbol.asyncDispose]();
  });
  const progress: Progress[] = [];
  const pull = (image: string, signal: AbortSignal = AbortSignal.timeout(10_000)) =>
    engine.apply({ type: "pull-image", image }, { signal, progress: (one) => progress.push(one) });
  return { pull, pulls, waits, progress };
};

describe("a pull", () => {
  test("must report its progress", async () => {
    const { pull, progress } = await pulling([pulled]);
    await pull("postgres:16");
    expect(progress).toMatchObject([
      { text: "pulling", current: 1, total: 2 },
      { text: "extracting", current: 2, total: 2 },
    ]);
  });

  test("must say why it is tried again", async () => {
    const { pull, progress } = await pulling([refuse(500, "unexpected EOF"), pulled]);
    await pull("postgres:16");
    expect(progress[0]).toEqual({ says: "trouble", text: "pulling postgres:16 again: unexpected EOF" });
  });

  test.each([
    ["postgres", "postgres", "latest"],
    ["ghcr.io/berriai/litellm:v1", "ghcr.io/berriai/litellm", "v1"],
    ["localhost:5000/x/y", "localhost:5000/x/y", "latest"],
    ["postgres@sha256:ab", "postgres", "sha256:ab"],
  ])("must ask for one image: %s", async (image, fromImage, tag) => {
    const { pull, pulls } = await pulling([pulled]);
    await pull(image);
    expect(Object.fromEntries(pulls[0]?.url.searchParams ?? [])).toMatchObject({ fromImage, tag });
  });

  test.each([
    ["429", refuse(429, "slow down")],
    ["500 with a registry's 503", refuse(500, "received unexpected HTTP status: 503 Service Unavailable")],
    ["500 with a rate limit", refuse(500, "toomanyrequests: You have reached your pull rate limit")],
    ["500 with a time-out", refuse(500, "net/http: request canceled (Client.Timeout exceeded while awaiting headers)")],
    ["a time-out within the stream", stream({ error: "i/o timeout", errorDetail: { message: "i/o timeout" } })],
    ["a dropped connection", hangUp],
  ])("must be tried again after %s", async (_, trouble) => {
    const { pull, pulls, waits } = await pulling([trouble, trouble, pulled]);
    await pull("postgres:16");
    expect(pulls).toHaveLength(3);
    expect(waits[1] ?? 0).toBeGreaterThan((waits[0] ?? 0) / 2);
  });

  test("must be given up after four tries, with the registry's words", async () => {
    const { pull, pulls } = await pulling(Array.from({ length: 9 }, () => refuse(500, "unexpected EOF")));
    await expect(pull("postgres:16")).rejects.toMatchObject({
      code: "image-unavailable",
      message: "the image postgres:16 cannot be pulled (tried 4 times): unexpected EOF",
    });
    expect(pulls).toHaveLength(4);
  });

  test.each([
    [
      "404",
      refuse(404, "pull access denied for nope, repository does not exist or may require 'docker login'"),
      "docker login",
    ],
    ["401", refuse(401, "unauthorized"), "docker login"],
    ["500 with an unknown manifest", refuse(500, "manifest unknown: manifest unknown"), "docker pull nope:1"],
    ["no network", refuse(500, "dial tcp: lookup registry-1.docker.io: no such host"), "docker pull nope:1"],
    ["a denial within the stream", stream({ error: "denied", errorDetail: { message: "denied" } }), "docker login"],
  ])("must not be tried again after %s", async (_, trouble, command) => {
    const { pull, pulls } = await pulling([trouble, pulled]);
    await expect(pull("nope:1")).rejects.toMatchObject({
      code: "image-unavailable",
      exitCode: 1,
      fixes: expect.arrayContaining([expect.objectContaining({ command })]),
    });
    expect(pulls).toHaveLength(1);
  });

  test("must tell a log-in that is over from one that is missing", async () => {
    const auth = Buffer.from("me:over").toString("base64");
    const home = writeFiles(tempFolder(), {
      ".docker/config.json": JSON.stringify({ auths: { "ghcr.io": { auth } } }),
    });
    const { pull } = await pulling([refuse(500, "unauthorized: authentication required")], home);
    await expect(pull("ghcr.io/x/y:1")).rejects.toMatchObject({
      code: "image-unavailable",
      message: "the registry of ghcr.io/x/y:1 refuses the log-in that Docker's config file keeps: it may have expired",
      fixes: [{ command: "docker logout ghcr.io" }, { command: "docker login ghcr.io" }],
    });
  });

  test("must name the helper that is missing, where an image needs a log-in", async () => {
    const home = writeFiles(tempFolder(), { ".docker/config.json": JSON.stringify({ credsStore: "gone" }) });
    const { pull } = await pulling([pulled, refuse(404, "pull access denied for nope")], home);
    await pull("public:1");
    await expect(pull("nope:1")).rejects.toMatchObject({
      code: "image-unavailable",
      message: "the image nope:1 needs a log-in, and docker-credential-gone cannot be run",
    });
  });

  test.each([
    ["no matching manifest for linux/amd64 in the manifest list entries", "image-architecture"],
    ["no match for platform in manifest: not found", "image-architecture"],
    ["write /var/lib/docker/tmp/GetImageBlob0: no space left on device", "disk-full"],
  ])("must tell what no other try mends: %s", async (words, code) => {
    const { pull, pulls } = await pulling([stream({ error: words, errorDetail: { message: words } })]);
    await expect(pull("nope:1")).rejects.toMatchObject({ code });
    expect(pulls).toHaveLength(1);
  });

  test("must end when its signal fires, and not be tried again", async () => {
    const stop = new AbortController();
    const { pull, pulls } = await pulling([() => stop.abort()]);
    await expect(pull("postgres:16", stop.signal)).rejects.toMatchObject({ name: "AbortError" });
    expect(pulls).toHaveLength(1);
  });

  test("must carry the registry's log-in, in a header and nowhere else", async () => {
    const auth = Buffer.from("me:s3cret-word").toString("base64");
    const home = writeFiles(tempFolder(), {
      ".docker/config.json": JSON.stringify({ auths: { "ghcr.io": { auth } } }),
    });
    const { pull, pulls } = await pulling([pulled, pulled], home);
    await pull("ghcr.io/x/y:1");
    await pull("postgres:16");
    const sent = pulls.map(({ headers }) => headers["x-registry-auth"]);
    expect(JSON.parse(Buffer.from(String(sent[0]), "base64url").toString())).toEqual({
      username: "me",
      password: "s3cret-word",
      serveraddress: "ghcr.io",
    });
    expect(sent[1]).toBeUndefined();
    expect(JSON.stringify(pulls.map(({ url, body }) => [url, body]))).not.toContain("s3cret");
  });
});

const after = (...events: readonly PullEvent[]) => toProgress(events.reduce<Layers>(advance, new Map()));

const downloading = (id: string, current: number, total: number): PullEvent => ({
  id,
  status: "Downloading",
  progressDetail: { current, total },
});

test("progress must be one number over all layers", () => {
  expect(after(downloading("a", 10, 100), downloading("b", 5, 50), downloading("a", 60, 100))).toEqual({
    text: "pulling",
    current: 65,
    total: 150,
  });
});

test("progress must never fall: verifying and extracting begin again at zero, and still count as fetched", () => {
  const extracting = { id: "a", status: "Extracting", progressDetail: { current: 1, total: 90 } };
  const done = [downloading("a", 60, 100), { id: "a", status: "Download complete" }, extracting];
  expect(after(...done, downloading("b", 1, 10))).toEqual({ text: "pulling", current: 101, total: 110 });
  expect(after(...done)).toEqual({ text: "extracting", current: 100, total: 100 });
  expect(after(...done, { id: "a", status: "Pull complete" })).toEqual({
    text: "extracting",
    current: 100,
    total: 100,
  });
});

test("layers that are here already and talk about no layer must not count", () => {
  expect(
    after(
      { id: "16", status: "Pulling from library/postgres" },
      { id: "a", status: "Already exists" },
      { status: "Digest: x" },
    ),
  ).toEqual({
    text: "extracting",
  });
  expect(after()).toEqual({ text: "pulling" });
});

test("an event about no layer must leave the layers as they are", () => {
  const layers: Layers = new Map();
  expect(advance(layers, { id: "16", status: "Pulling from library/postgres" })).toBe(layers);
});
