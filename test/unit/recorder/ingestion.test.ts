import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BatchReader, readBatch } from "../../../src/recorder/ingestion.ts";
import { event } from "../../support/recorder-server.ts";

const reader: BatchReader = { scope: "all", newId: () => "new", isStored: async (id) => id === "stored" };

const errorsOf = async (...batch: readonly unknown[]) => (await readBatch(batch, reader)).errors;

const changesOf = async (...batch: readonly unknown[]) => (await readBatch(batch, reader)).changes;

describe("readBatch", () => {
  it("must answer every event once, in any batch whatever", async () => {
    const body = fc.object({ key: fc.constantFrom("id", "traceId", "name", "usage", "tags", "startTime", "value") });
    const loose = fc.record({
      id: fc.oneof(fc.string(), fc.integer()),
      type: fc.oneof(fc.string(), fc.constantFrom("trace-create", "score-create", "span-update")),
      timestamp: fc.oneof(
        fc.string(),
        fc.date({ noInvalidDate: true }).map(String),
        fc.constant("2026-11-23T09:00:00Z"),
      ),
      body,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.jsonValue(), loose)), async (batch) => {
        const { successes, errors } = await readBatch(batch, reader);
        expect(successes.length + errors.length).toBe(batch.length);
        expect(errors.every(({ status }) => status === 400 || status === 500)).toBe(true);
      }),
    );
  });

  it("must take every type that an SDK sends, and answer an SDK's own log with nothing", async () => {
    const types = ["generation-create", "generation-update", "span-create", "span-update", "event-create"];
    const batch = [
      event("trace-create", {}),
      event("sdk-log", { log: "said" }),
      ...types.map((type) => event(type, { id: type, traceId: "t" })),
      event("score-create", { traceId: "t", name: "q", value: 1 }),
    ];
    const { successes, errors } = await readBatch(batch, reader);
    expect(errors).toEqual([]);
    expect(successes.map(({ status }) => status)).toEqual(Array(7).fill(201));
  });

  it("must name everything that does not fit, and keep the rest of the batch", async () => {
    const bad = event("generation-create", { id: "g", traceId: 5, startTime: "yesterday", name: ["n"] });
    const read = await readBatch([bad, event("trace-create", { id: "t" })], reader);
    expect(read.changes.map(({ id }) => id)).toEqual(["t"]);
    expect(read.errors).toMatchObject([{ id: bad.id, status: 400, message: "Invalid request data" }]);
    const problems: readonly { path: readonly string[] }[] = JSON.parse(read.errors[0]?.error ?? "");
    expect(problems.map(({ path }) => path.join(".")).sort()).toEqual(["body.name", "body.startTime", "body.traceId"]);
  });

  it("must refuse types it does not know, JavaScript's own names too", async () => {
    expect(await errorsOf(event("constructor", {}))).toMatchObject([{ status: 400 }]);
    expect(await errorsOf(event("dataset-run-item-create", {}))).toHaveLength(1);
  });

  it("must refuse what a database cannot hold, and leave out NUL", async () => {
    expect(await errorsOf(event("trace-create", { id: "\ud83d" }))).toMatchObject([{ status: 500 }]);
    const [change] = await changesOf(event("trace-create", { id: "a\0b", input: { "k\0": ["\0"] } }));
    expect(change).toMatchObject({ id: "ab", fields: { input: { k: [""] } } });
    expect(await errorsOf(event("trace-create", { id: "\u{1F410}" }))).toEqual([]);
  });

  it("must refuse nesting that nothing could read back", async () => {
    const deep = JSON.parse(`${"[".repeat(5_000)}${"]".repeat(5_000)}`);
    expect(await errorsOf(event("trace-create", { id: "t", input: deep }))).toHaveLength(1);
  });

  it("must keep an object's own kind whatever its keys are", async () => {
    const metadata = JSON.parse('{"__proto__": {"a": 1}, "constructor": 1}');
    const [change] = await changesOf(event("trace-create", { id: "t", metadata }));
    expect(change?.fields).toEqual({ metadata: { constructor: 1 } });
  });

  it("must leave alone what an update does not mention, or says null of", async () => {
    const [change] = await changesOf(event("span-update", { id: "s", traceId: "t", name: null, endTime: null }));
    expect(change?.fields).toEqual({ traceId: "t", type: "SPAN" });
  });

  it("must make a trace for an observation that names none", async () => {
    const alone = { id: "g", name: "alone", startTime: "2026-11-23T09:00:00Z" };
    expect(await changesOf(event("generation-create", alone))).toMatchObject([
      { kind: "trace", id: "g", fields: { name: "alone", timestamp: "2026-11-23T09:00:00.000Z" } },
      { kind: "observation", id: "g", fields: { traceId: "g" } },
    ]);
  });

  it("must take events by their time, and updates after what they update", async () => {
    const at = (timestamp: string, type: string, id: string) => ({ ...event(type, { id, traceId: "t" }), timestamp });
    const batch = [
      at("2026-11-23T09:00:00Z", "span-update", "updated"),
      at("2026-11-23T09:00:02Z", "span-create", "later"),
      at("2026-11-23T09:00:01Z", "span-create", "earlier"),
    ];
    expect((await changesOf(...batch)).map(({ id }) => id)).toEqual(["earlier", "later", "updated"]);
  });

  it("must refuse an older SDK's update of what is not there", async () => {
    const update = (id: string) => event("observation-update", { id, traceId: "t", type: "SPAN" });
    expect(await errorsOf(update("stored"), update("absent"))).toMatchObject([{ status: 404 }]);
  });

  it("must let a sender without the secret key send scores alone", async () => {
    const batch = [event("trace-create", { id: "t" }), event("score-create", { traceId: "t", name: "q", value: 1 })];
    const { successes, errors } = await readBatch(batch, { ...reader, scope: "scores" });
    expect(errors).toMatchObject([{ id: batch[0]?.id, status: 401 }]);
    expect(successes).toMatchObject([{ id: batch[1]?.id, status: 201 }]);
  });

  it.each([
    [{ input: 8, output: 2, total: 11, unit: "TOKENS", inputCost: 0.1, outputCost: 0.2 }, 11, "TOKENS", 0.1 + 0.2],
    [{ input: 8, output: 2 }, 10, null, null],
    [{ promptTokens: 8, completionTokens: 2 }, 10, "TOKENS", null],
    [{ input: 8, output: 2, totalCost: 0 }, 10, null, 0],
    [{ prompt_tokens: 8, completion_tokens: 2 }, 0, null, null],
  ])("must read tokens and cost as Langfuse does: %j", async (usage, total, unit, totalCost) => {
    const [change] = await changesOf(event("generation-create", { id: "g", traceId: "t", usage }));
    expect(change?.fields).toMatchObject({ usage: { total, unit, totalCost } });
  });
});
