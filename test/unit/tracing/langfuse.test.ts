import { describe, expect, it } from "vitest";
import { checkKeys, findTrace, health, keysRefused } from "../../../src/tracing/langfuse.ts";
import { closedPort, startHttp } from "../../support/fake-server.ts";
import { litellmCall, recorderKeys, startRecorder } from "../../support/recorder-server.ts";

const never = new AbortController().signal;
const access = (baseUrl: string, keys = recorderKeys) => ({ baseUrl, pageUrl: baseUrl, ...keys, service: "langfuse" });

const answering = (status: number, body: string) =>
  startHttp((_, response) => {
    response.writeHead(status);
    response.end(body);
  });

describe("checkKeys", () => {
  it("must say which project the keys open", async () => {
    await using recorder = await startRecorder();
    expect(await checkKeys(access(`${recorder.baseUrl}/`), never)).toEqual({
      ok: true,
      project: { id: "goat", name: "Goat <dev>" },
    });
  });

  it("must say how wrong keys are refused", async () => {
    await using recorder = await startRecorder();
    expect(await checkKeys(access(recorder.baseUrl, { publicKey: "pk", secretKey: "sk" }), never)).toEqual({
      ok: false,
      status: 401,
      message: "Invalid credentials. Confirm that you've configured the correct host.",
    });
  });

  it("must not take anything that answers for Langfuse", async () => {
    await using other = await answering(200, "<html>hello</html>");
    await expect(checkKeys(access(other.baseUrl), never)).rejects.toMatchObject({ code: "tracing-refused" });
  });

  it("must say that nothing answers, without a key", async () => {
    const baseUrl = `http://127.0.0.1:${await closedPort()}`;
    const thrown = await checkKeys(access(baseUrl), never).catch((error: unknown) => error);
    expect(thrown).toMatchObject({
      code: "service-not-ready",
      service: "langfuse",
      message: `langfuse does not answer at ${baseUrl}: ECONNREFUSED`,
    });
    expect(JSON.stringify(thrown)).not.toContain(recorderKeys.secretKey);
  });

  it("must stop at once when it is interrupted", async () => {
    const stop = new AbortController();
    await using hanging = await startHttp(() => stop.abort());
    await expect(checkKeys(access(hanging.baseUrl), stop.signal)).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("keysRefused", () => {
  it("must say that a new secret alone never reaches an existing database, and what to type", () => {
    const error = keysRefused(access("http://localhost:3001"), { status: 401, message: "Invalid credentials." });
    expect([error.code, error.exitCode]).toEqual(["tracing-refused", 6]);
    expect(error.evidence.join("\n")).toContain("a secret changed later is not taken over");
    expect(error.fixes.map(({ command }) => command).join("\n")).toContain("LANGFUSE_PUBLIC_KEY");
  });
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
      message: "langfuse is not well: Database not available",
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
