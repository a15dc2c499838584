import { expect, test } from "vitest";
import { createFollower } from "../../../src/langfuse/follow.ts";
import { type Ask, firstPage, listTraces, type TraceFilter } from "../../../src/langfuse/list.ts";
import { readDetail, type TraceRow } from "../../../src/langfuse/trace.ts";
import { readFrom, readRecording, replay } from "../../support/langfuse-replay.ts";
import { event, litellmCall, startRecorder } from "../../support/recorder-server.ts";

const recording = readRecording();

const realLangfuse: Ask = async (path) => readFrom(recording, path)?.json;

const recorderAsk =
  ({ request }: Awaited<ReturnType<typeof startRecorder>>): Ask =>
  async (path) =>
    (await request(path)).json();

const rowsOf = async (ask: Ask, filter: TraceFilter = {}): Promise<readonly TraceRow[]> =>
  (await listTraces(ask, { filter, cursor: firstPage, limit: 50 })).rows;

test("a list must read the same from Langfuse and from the recorder", async () => {
  await using recorder = await startRecorder();
  for (const recorded of recording.filter(({ part }) => part === "litellm")) {
    const { headers } = recorded.request;
    const authorization = `Basic ${Buffer.from("pk-lf-test:sk-lf-test-secret").toString("base64")}`;
    await replay(recorder.port, {
      ...recorded,
      request: { ...recorded.request, headers: { ...headers, authorization } },
    });
  }
  const [real, ours] = [await rowsOf(realLangfuse), await rowsOf(recorderAsk(recorder))];
  const rough = (rows: readonly TraceRow[]) =>
    rows.map(({ latencyMs, costUsd, ...row }) => ({
      ...row,
      costUsd: costUsd?.toFixed(9),
      latencyMs: latencyMs !== null,
    }));
  expect(real).toHaveLength(10);
  expect(rough(ours)).toEqual(rough(real));
  expect(real.find(({ id }) => id === "t1-rich")).toEqual({
    id: "t1-rich",
    at: "2026-11-29T17:37:05.922Z",
    name: "rich",
    userId: "u1",
    sessionId: "s1",
    tags: ["a", "b", "c"],
    models: ["llama-3.3-70b", "claude-haiku-4-5", "qwen3-4b-local"],
    calls: 3,
    totalTokens: expect.any(Number),
    costUsd: expect.closeTo(0.0001317, 9),
    latencyMs: 13,
    failed: false,
    error: null,
    words: "second call in the same trace",
  });
});

test("a failed call must show its error, and no tokens that nobody counted", async () => {
  const failed = await rowsOf(realLangfuse, { failed: true });
  expect(failed.map(({ id }) => id)).toEqual(["t1-nope", "t1-limited", "t1-broken"]);
  expect(failed[1]).toMatchObject({
    error: "litellm.RateLimitError: this is a mock rate limit error",
    totalTokens: null,
    costUsd: null,
  });
});

test("filters that Langfuse does not know must be kept here", async () => {
  expect((await rowsOf(realLangfuse, { models: ["claude-haiku-4-5"] })).map(({ id }) => id)).toEqual([
    "t1-messages",
    "t1-rich",
  ]);
  expect((await rowsOf(realLangfuse, { models: ["azure/gpt-4o-mini"] })).map(({ id }) => id)).toContain("t1-chat");
  expect((await rowsOf(realLangfuse, { costUsd: 0.001 })).map(({ id }) => id)).toEqual(["t1-messages"]);
  expect((await rowsOf(realLangfuse, { slowerMs: 1_000 })).every(({ latencyMs }) => (latencyMs ?? 0) >= 1_000)).toBe(
    true,
  );
});

test("a whole trace must hold each call's conversation", async () => {
  const detail = readDetail(await realLangfuse("/api/public/traces/t1-rich"));
  expect(detail).toMatchObject({ path: "/project/goat-dev/traces/t1-rich", metadata: { k: { m: 2, n: 1 } } });
  expect(detail?.generations[0]).toMatchObject({
    model: "llama-3.3-70b",
    upstream: "groq/llama-3.3-70b-versatile",
    parameters: { temperature: "0.5", max_tokens: "20", user: "end-user-1" },
    tools: [{ name: "f" }],
    messages: [{ role: "user", parts: [{ kind: "text", text: "Rich" }] }],
    answer: [{ role: "assistant", parts: [{ kind: "text", text: "Llama says hi." }] }],
  });
  expect(readDetail({ message: "Trace not found" })).toBeNull();
});

test("pages must not move while traces come, and reach every trace once", async () => {
  await using recorder = await startRecorder();
  for (let count = 0; count < 120; count += 1) await recorder.ingest(...numbered(count));
  const ask = recorderAsk(recorder);
  const first = await listTraces(ask, { filter: {}, cursor: firstPage, limit: 50 });
  await recorder.ingest(...numbered(120));
  const seen = [...first.rows];
  for (let { next } = first; next !== null; ) {
    const page = await listTraces(ask, { filter: {}, cursor: next, limit: 50 });
    seen.push(...page.rows);
    next = page.next;
  }
  expect(seen.map(({ id }) => id)).toEqual(Array.from({ length: 120 }, (_, index) => `t-${119 - index}`));
  expect(seen.every(({ calls }) => calls === 1)).toBe(true);
});

test("following must tell each trace once, also those of a clock that is behind, and ask again after a failure", async () => {
  await using recorder = await startRecorder();
  await recorder.ingest(...numbered(50));
  let isAway = false;
  const ask = recorderAsk(recorder);
  const follower = createFollower(async (path) => {
    if (isAway) throw new Error("away");
    return ask(path);
  }, {});
  const look = async (): Promise<readonly string[]> => (await follower.look()).map(({ id }) => id);
  expect(await look()).toEqual([]);
  expect(await look()).toEqual([]);
  await recorder.ingest(...numbered(51), ...numbered(49));
  isAway = true;
  await expect(follower.look()).rejects.toThrow("away");
  isAway = false;
  expect(await look()).toEqual(["t-49", "t-51"]);
  expect(await look()).toEqual([]);
  await recorder.ingest(event("generation-create", { id: "second", traceId: "t-51", startTime: at(52) }));
  expect(await look()).toEqual(["t-51"]);
});

const at = (count: number): string => new Date(Date.parse("2026-11-23T09:00:00.000Z") + count * 1_000).toISOString();

/** One call of LiteLLM's at the given second. */
const numbered = (count: number): readonly unknown[] => {
  const [trace, generation] = litellmCall(`t-${count}`);
  const times = { startTime: at(count), endTime: at(count) };
  return [
    { ...trace, body: { ...trace?.body, timestamp: at(count) } },
    { ...generation, body: { ...generation?.body, ...times } },
  ];
};
