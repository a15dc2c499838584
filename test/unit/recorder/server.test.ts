import { describe, expect, it } from "vitest";
import { event, litellmCall, recorderKeys, startRecorder } from "../../support/recorder-server.ts";

const traceId = "0123456789abcdef0123456789abcdef";

describe("the recorder's health", () => {
  it("must say that it is the recorder, with a version that is no Langfuse's", async () => {
    await using recorder = await startRecorder();
    const response = await fetch(`${recorder.baseUrl}/api/public/health`);
    expect(await response.json()).toEqual({
      status: "OK",
      version: expect.stringMatching(/^0\.\d+\.\d+\+goat-dev-recorder$/),
      service: "goat-dev trace recorder",
    });
    expect((await fetch(`${recorder.baseUrl}/api/public/ready`)).status).toBe(200);
  });

  it("must fail without its database, but only where that is asked", async () => {
    await using recorder = await startRecorder();
    recorder.store.failing = true;
    expect((await fetch(`${recorder.baseUrl}/api/public/health`)).status).toBe(200);
    const asked = await fetch(`${recorder.baseUrl}/api/public/health?failIfDatabaseUnavailable=true`);
    expect([asked.status, await asked.json()]).toMatchObject([503, { status: "Database not available" }]);
  });
});

describe("the recorder's keys", () => {
  it.each(["projects", "traces", `traces/${traceId}`, "observations", "metrics/daily"])(
    "must be needed for %s",
    async (path) => {
      await using recorder = await startRecorder();
      const response = await fetch(`${recorder.baseUrl}/api/public/${path}`);
      expect([response.status, await response.json()]).toEqual([401, { message: "No authorization header" }]);
    },
  );

  it("must be needed to write, and nothing may be stored without", async () => {
    await using recorder = await startRecorder();
    const body = JSON.stringify({ batch: litellmCall(traceId) });
    const response = await fetch(`${recorder.baseUrl}/api/public/ingestion`, { method: "POST", body });
    expect([response.status, await response.json()]).toEqual([
      401,
      { error: "UnauthorizedError", message: "No authorization header" },
    ]);
    expect(await recorder.store.trace(traceId)).toBeNull();
  });

  it("must open the project", async () => {
    await using recorder = await startRecorder();
    const response = await recorder.request("/api/public/projects");
    expect(await response.json()).toEqual({ data: [{ id: "goat", name: "Goat <dev>" }] });
  });

  it("must never reach the log", async () => {
    await using recorder = await startRecorder();
    recorder.store.failing = true;
    await recorder.ingest(...litellmCall(traceId));
    await recorder.request(`/api/public/traces?name=${recorderKeys.secretKey}`);
    expect(recorder.lines.length).toBeGreaterThan(2);
    expect(recorder.lines.join("\n")).not.toContain(recorderKeys.secretKey);
  });
});

describe("the recorder's ingestion", () => {
  it("must read back what LiteLLM posts", async () => {
    await using recorder = await startRecorder();
    const posted = await recorder.ingest(...litellmCall(traceId));
    expect(posted.status).toBe(207);
    expect(await posted.json()).toMatchObject({ successes: [{ status: 201 }, { status: 201 }], errors: [] });
    const trace = await (await recorder.request(`/api/public/traces/${traceId}`)).json();
    expect(trace).toMatchObject({
      id: traceId,
      projectId: "goat",
      htmlPath: `/project/goat/traces/${traceId}`,
      totalCost: 0.0000024,
      latency: 0.5,
      scores: [],
      observations: [
        {
          type: "GENERATION",
          model: "azure/gpt-4o-mini",
          usage: { input: 8, output: 2, total: 10, unit: "TOKENS" },
          totalTokens: 10,
          calculatedTotalCost: 0.0000024,
          latency: 0.5,
          level: "DEFAULT",
        },
      ],
    });
  });

  it("must answer each event for itself", async () => {
    await using recorder = await startRecorder();
    const [good, bad] = [event("trace-create", { id: "t" }), event("no-such-type", {})];
    const answer = await (await recorder.ingest(good, bad, null)).json();
    expect(answer).toMatchObject({
      successes: [{ id: good.id, status: 201 }],
      errors: [
        { id: bad.id, status: 400, message: "Invalid request data" },
        { id: "unknown", status: 400 },
      ],
    });
  });

  it.each(['{"batch": "x"}', "[]", "null", "{}"])("must refuse %s as Langfuse does", async (body) => {
    await using recorder = await startRecorder();
    const response = await recorder.request("/api/public/ingestion", {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    expect([response.status, await response.json()]).toMatchObject([400, { message: "Invalid request data" }]);
  });

  it("must refuse what is not JSON, not sent as JSON, or too large", async () => {
    await using recorder = await startRecorder();
    const post = async (body: string, type = "application/json") => {
      const headers = { "content-type": type };
      const response = await recorder.request("/api/public/ingestion", { method: "POST", body, headers });
      return [response.status, await response.text()];
    };
    expect(await post("{")).toEqual([400, "Invalid JSON"]);
    expect(await post('{"batch":[]}', "text/plain")).toMatchObject([400, expect.stringContaining("received string")]);
    expect(await post(JSON.stringify({ batch: [], metadata: "x".repeat(5 * 1024 * 1024) }))).toEqual([
      413,
      "Body exceeded 4.5mb limit",
    ]);
  });

  it("must ask for another try where the database is away", async () => {
    await using recorder = await startRecorder();
    recorder.store.failing = true;
    expect((await recorder.ingest(event("trace-create", { id: "t" }))).status).toBe(500);
  });
});
