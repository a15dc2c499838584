import { describe, expect, it } from "vitest";
import { event, litellmCall, startRecorder } from "../../support/recorder-server.ts";

const traceId = "0123456789abcdef0123456789abcdef";

describe("the recorder's answers", () => {
  it("must list with Langfuse's meta, observations as ids", async () => {
    await using recorder = await startRecorder();
    await recorder.ingest(...litellmCall(traceId));
    expect(await (await recorder.request("/api/public/traces?limit=1")).json()).toMatchObject({
      data: [{ id: traceId, observations: [`generation-of-${traceId}`], scores: [] }],
      meta: { page: 1, limit: 1, totalItems: 1, totalPages: 1 },
    });
    expect(await (await recorder.request(`/api/public/observations?traceId=${traceId}`)).json()).toMatchObject({
      data: [{ type: "GENERATION" }],
      meta: { totalItems: 1 },
    });
    expect(await (await recorder.request("/api/public/metrics/daily")).json()).toMatchObject({
      data: [{ date: "2026-11-23", countTraces: 1, countObservations: 1, totalCost: 0.0000024 }],
      meta: { totalItems: 1 },
    });
  });

  it("must give a score the value that its type asks for", async () => {
    await using recorder = await startRecorder();
    const score = (id: string, value: unknown, dataType?: string) =>
      event("score-create", { id, traceId, name: id, value, dataType });
    const scores = [score("a", 0.5), score("b", "good"), score("c", 1, "BOOLEAN")];
    await recorder.ingest(event("trace-create", { id: traceId }), ...scores);
    expect(await (await recorder.request(`/api/public/traces/${traceId}`)).json()).toMatchObject({
      scores: [
        { dataType: "BOOLEAN", value: 1, stringValue: "True" },
        { dataType: "CATEGORICAL", value: null, stringValue: "good" },
        { dataType: "NUMERIC", value: 0.5, stringValue: null },
      ],
    });
  });

  it("must say as Langfuse does that a trace is not there", async () => {
    await using recorder = await startRecorder();
    const response = await recorder.request("/api/public/traces/absent");
    expect([response.status, await response.json()]).toEqual([
      404,
      { message: "Trace not found within authorized project", error: "LangfuseNotFoundError" },
    ]);
  });

  it("must refuse a query that does not fit", async () => {
    await using recorder = await startRecorder();
    expect((await recorder.request("/api/public/traces?limit=1000")).status).toBe(400);
    expect((await recorder.request("/api/public/ingestion")).status).toBe(405);
    expect((await recorder.request("/api/public/%ZZ")).status).toBe(400);
  });

  it("must refuse a file at once, so that traces behind it do not wait", async () => {
    await using recorder = await startRecorder();
    const file = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
    expect((await recorder.request("/api/public/media", file)).status).toBe(404);
  });

  it("must own up to being the recorder wherever Langfuse has more", async () => {
    await using recorder = await startRecorder();
    for (const path of ["/api/public/otel/v1/traces", "/api/public/prompts", "/auth/sign-in"]) {
      const response = await recorder.request(path);
      expect([response.status, await response.json()]).toMatchObject([404, { service: "goat-dev trace recorder" }]);
    }
  });
});

describe("the recorder's pages", () => {
  it("must show nothing of what was said to who has not logged in, and names escaped", async () => {
    await using recorder = await startRecorder();
    await recorder.ingest(...litellmCall(traceId));
    for (const path of ["/", `/project/goat/traces/${traceId}`]) {
      const response = await fetch(`${recorder.baseUrl}${path}`);
      const page = await response.text();
      expect(response.headers.get("content-type")).toContain("text/html");
      expect(page).toContain("Goat &lt;dev&gt;");
      expect(page).toContain("goat-dev trace recorder");
      expect(page).not.toMatch(/<script|Hello|sk-lf/);
    }
  });
});
