import { describe, expect, it } from "vitest";
import type { Clock } from "../../../src/platform/clock.ts";
import { waitForTrace } from "../../../src/tracing/wait.ts";
import { closedPort } from "../../support/fake-server.ts";
import { litellmCall, recorderKeys, startRecorder } from "../../support/recorder-server.ts";

const never = new AbortController().signal;
const access = (baseUrl: string) => ({ baseUrl, pageUrl: baseUrl, ...recorderKeys, service: "langfuse" });

/** Time passes only in sleeps; `during` is what happens in the nth one. */
const steppedClock = (during: (nth: number) => Promise<unknown> | undefined = () => undefined) => {
  const pauses: number[] = [];
  const clock: Clock = {
    now: () => pauses.reduce((sum, ms) => sum + ms, 0),
    date: () => new Date(0),
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      pauses.push(ms);
      await during(pauses.length);
    },
  };
  return { clock, pauses };
};

describe("waitForTrace", () => {
  it("must wait for the trace and then for its generation", async () => {
    await using recorder = await startRecorder();
    const [trace, generation] = litellmCall("t");
    const { clock, pauses } = steppedClock((nth) => {
      if (nth === 2) return recorder.ingest(trace);
      return nth === 4 ? recorder.ingest(generation) : undefined;
    });
    const seen = await waitForTrace(access(recorder.baseUrl), "t", { signal: never, clock, timeoutMs: 15_000 });
    expect(pauses).toHaveLength(4);
    expect(seen).toEqual({
      id: "t",
      url: `${recorder.baseUrl}/project/goat/traces/t`,
      afterMs: clock.now(),
      model: "azure/gpt-4o-mini",
      totalTokens: 10,
      costUsd: 0.0000024,
    });
  });

  it("must ask often at first and less often later, never past its limit", async () => {
    await using recorder = await startRecorder();
    const { clock, pauses } = steppedClock();
    const wait = waitForTrace(access(recorder.baseUrl), "t", { signal: never, clock, timeoutMs: 10_000 });
    await expect(wait).rejects.toMatchObject({
      code: "trace-missing",
      exitCode: 6,
      message: "the call's trace did not reach langfuse within 10 s",
      evidence: ["trace t: no such trace yet (404)"],
    });
    expect(pauses[0]).toBe(150);
    expect(Math.max(...pauses)).toBe(1_000);
    expect(clock.now()).toBeCloseTo(10_000);
  });

  it("must say that the generation is what lacks", async () => {
    await using recorder = await startRecorder();
    await recorder.ingest(litellmCall("t")[0]);
    const { clock } = steppedClock();
    await expect(
      waitForTrace(access(recorder.baseUrl), "t", { signal: never, clock, timeoutMs: 1_000 }),
    ).rejects.toMatchObject({ evidence: ["trace t: the trace is there, its generation is not"] });
  });

  it("must outlast a Langfuse that is away for a moment", async () => {
    await using recorder = await startRecorder();
    await recorder.ingest(...litellmCall("t"));
    recorder.store.failing = true;
    const { clock, pauses } = steppedClock(async (nth) => {
      recorder.store.failing = nth < 3;
    });
    await waitForTrace(access(recorder.baseUrl), "t", { signal: never, clock, timeoutMs: 15_000 });
    expect(pauses).toHaveLength(3);
  });

  it("must say last that nothing answered", async () => {
    const { clock } = steppedClock();
    const baseUrl = `http://127.0.0.1:${await closedPort()}`;
    await expect(waitForTrace(access(baseUrl), "t", { signal: never, clock, timeoutMs: 500 })).rejects.toMatchObject({
      code: "trace-missing",
      evidence: [`trace t: langfuse does not answer at ${baseUrl}: ECONNREFUSED`],
    });
  });

  it("must not wait where the keys are refused", async () => {
    await using recorder = await startRecorder();
    const { clock, pauses } = steppedClock();
    const wrong = { ...access(recorder.baseUrl), secretKey: "sk-lf-wrong" };
    await expect(waitForTrace(wrong, "t", { signal: never, clock, timeoutMs: 15_000 })).rejects.toMatchObject({
      code: "tracing-refused",
    });
    expect(pauses).toEqual([]);
  });

  it("must stop when it is interrupted", async () => {
    await using recorder = await startRecorder();
    const stop = new AbortController();
    const { clock } = steppedClock(async () => stop.abort());
    await expect(
      waitForTrace(access(recorder.baseUrl), "t", { signal: stop.signal, clock, timeoutMs: 15_000 }),
    ).rejects.toMatchObject({ name: "AbortError" });
  });
});
