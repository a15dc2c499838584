import { describe, expect, it } from "vitest";
import { findTrace, health } from "../../../src/tracing/langfuse.ts";
import { closedPort, startHttp } from "../../support/fake-server.ts";
import { litellmCall, recorderKeys, startRecorder } from "../../support/recorder-server.ts";

const never = new AbortController().signal;
const access = (baseUrl: string, keys = recorderKeys) => ({ baseUrl, pageUrl: baseUrl, ...keys, service: "langfuse" });

const answering = (status: number, body: string) =>
  startHttp((_, response) => {
    response.writeHead(status);
    response.end(body);
  });

describe("health", () => {
  it("must tell the recorder from Langfuse", async () => {
    await using recorder = await startRecorder();
    await using langfuse = await answering(200, '{"status":"OK","version":"2.95.12"}');
    expect(await health(access(recorder.baseUrl), never)).toMatchObject({ isRecorder: true });
    expect(await health(access(langfuse.baseUrl), never)).toEqual({ version: "2.95.12", isRecorder: false });
  });

  it("must pass on what an unwell one says", async () => {
    await using langfuse = await answering(503, '{"status":"Database not available","version":"2.95.12"}');
    await expect(health(access(langfuse.baseUrl), never)).rejects.toMatchObject({
      code: "service-not-ready",
      message: "langfuse says that it is unhealthy: Database not available",
    });
  });
});

describe("findTrace", () => {
  it("must read the trace of a call", async () => {
    await using recorder = await startRecorder();
    await recorder.ingest(...litellmCall("t/1"));
    expect(await findTrace(access(recorder.baseUrl), "t/1", never)).toEqual({
      id: "t/1",
      name: "litellm-acompletion",
      url: `${recorder.baseUrl}/project/goat/traces/t%2F1`,
      costUsd: 0.0000024,
      generations: [
        {
          model: "azure/gpt-4o-mini",
          totalTokens: 10,
          costUsd: 0.0000024,
          level: "DEFAULT",
          statusMessage: null,
        },
      ],
    });
  });

  it("must link to where the recorder shows the trace", async () => {
    await using recorder = await startRecorder();
    await recorder.ingest(...litellmCall("t/1"));
    const trace = await findTrace(access(recorder.baseUrl), "t/1", never);
    expect((await fetch(trace?.url ?? "")).status).toBe(200);
  });

  it("must say null of a trace that is not there, but not of a server without traces", async () => {
    await using recorder = await startRecorder();
    await using other = await answering(404, "Not Found");
    expect(await findTrace(access(recorder.baseUrl), "absent", never)).toBeNull();
    await expect(findTrace(access(other.baseUrl), "absent", never)).rejects.toMatchObject({ code: "tracing-refused" });
  });

  it("must say of refused keys which request was refused, and that a secret changed alone is not taken over", async () => {
    await using recorder = await startRecorder();
    const wrong = access(recorder.baseUrl, { publicKey: "pk", secretKey: "sk" });
    const error = await findTrace(wrong, "t/1", never).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "tracing-refused",
      exitCode: 6,
      message: expect.stringMatching(/^langfuse refuses the keys of \.env: Invalid credentials/),
      evidence: [
        "GET /api/public/traces/t%2F1 -> 401",
        expect.stringContaining("a secret changed later is not taken over"),
      ],
    });
  });

  it.each([500, 503])("must never call a status of %i refused keys", async (status) => {
    await using unwell = await answering(status, '{"message":"Internal Server Error"}');
    await expect(findTrace(access(unwell.baseUrl), "t", never)).rejects.toMatchObject({
      code: "service-not-ready",
      message: "langfuse says that it is unhealthy: Internal Server Error",
      evidence: [`GET /api/public/traces/t -> ${status}`],
    });
  });

  it("must say that nothing answers, without a key", async () => {
    const baseUrl = `http://127.0.0.1:${await closedPort()}`;
    const thrown = await findTrace(access(baseUrl), "t", never).catch((error: unknown) => error);
    expect(thrown).toMatchObject({
      code: "service-not-ready",
      message: `langfuse does not answer at ${baseUrl}: ECONNREFUSED`,
    });
    expect(JSON.stringify(thrown)).not.toContain(recorderKeys.secretKey);
  });

  it("must stop at once when it is interrupted", async () => {
    const stop = new AbortController();
    await using hanging = await startHttp(() => stop.abort());
    await expect(findTrace(access(hanging.baseUrl), "t", stop.signal)).rejects.toMatchObject({ name: "AbortError" });
  });

  it("must read a trace without htmlPath, usage or cost", async () => {
    const observations = [{ type: "GENERATION", totalTokens: 3 }, { type: "SPAN" }, null];
    await using langfuse = await answering(200, JSON.stringify({ id: "t", projectId: "p", observations }));
    expect(await findTrace(access(langfuse.baseUrl), "t", never)).toMatchObject({
      url: `${langfuse.baseUrl}/project/p/traces/t`,
      costUsd: null,
      generations: [{ model: null, totalTokens: 3, costUsd: null }],
    });
  });
});
