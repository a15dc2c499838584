import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBatch } from "../../../src/recorder/ingestion.ts";
import { event } from "../../support/recorder-server.ts";

const errorsOf = (...batch: readonly unknown[]) => readBatch(batch).errors;

describe("readBatch", () => {
  it("must answer every event once, in any batch whatever", () => {
    const body = fc.object({ key: fc.constantFrom("id", "traceId", "name", "usage", "tags", "startTime", "value") });
    const loose = fc.record({
      id: fc.oneof(fc.string(), fc.integer()),
      type: fc.oneof(fc.string(), fc.constantFrom("trace-create", "score-create", "span-update", "sdk-log")),
      timestamp: fc.oneof(
        fc.string(),
        fc.date({ noInvalidDate: true }).map(String),
        fc.constant("2026-11-23T09:00:00Z"),
      ),
      body,
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.jsonValue(), loose)), (batch) => {
        const { successes, errors } = readBatch(batch);
        expect(successes.length + errors.length).toBe(batch.length);
        expect(errors.every(({ status, message }) => status === 400 && message === "Invalid request data")).toBe(true);
      }),
    );
  });

  it("must take every type that an SDK sends", () => {
    const types = ["generation-create", "generation-update", "span-create", "span-update", "event-create", "sdk-log"];
    const batch = [
      event("trace-create", {}),
      ...types.map((type) => event(type, { id: type, traceId: "t" })),
      event("score-create", { traceId: "t", name: "q", value: 1 }),
    ];
    expect(readBatch(batch).errors).toEqual([]);
    expect(readBatch(batch).successes.map(({ status }) => status)).toEqual(Array(8).fill(201));
  });

  it("must name what does not fit, and keep the rest of the batch", () => {
    const bad = event("generation-create", { id: "g", traceId: 5, tags: [], startTime: "yesterday", name: ["n"] });
    const read = readBatch([bad, event("trace-create", { id: "t" })]);
    expect(read.changes.map(({ id }) => id)).toEqual(["t"]);
    expect(read.errors).toEqual([
      {
        id: bad.id,
        status: 400,
        message: "Invalid request data",
        error: "traceId: expected a string; name: expected a string; startTime: expected an ISO time with an offset",
      },
    ]);
  });

  it("must refuse types it does not know, JavaScript's own names too", () => {
    expect(errorsOf(event("constructor", {}))).toMatchObject([{ error: "type: constructor is not known" }]);
    expect(errorsOf(event("dataset-run-item-create", {}))).toHaveLength(1);
  });

  it("must refuse ids that a database cannot hold", () => {
    expect(errorsOf(event("trace-create", { id: "a\0" }), event("trace-create", { id: "\ud83d" }))).toHaveLength(2);
    expect(errorsOf(event("trace-create", { id: "x".repeat(501) }))).toHaveLength(1);
    expect(errorsOf(event("trace-create", { id: "\u{1F410}" }))).toEqual([]);
  });

  it("must refuse nesting that nothing could read back", () => {
    const deep = JSON.parse(`${"[".repeat(5_000)}${"]".repeat(5_000)}`);
    expect(errorsOf(event("trace-create", { id: "t", input: deep }))).toHaveLength(1);
  });

  it("must leave alone what an update does not mention, or says null of", () => {
    const [change] = readBatch([event("span-update", { id: "s", traceId: "t", name: null, endTime: null })]).changes;
    expect(change?.fields).toEqual({ traceId: "t", type: "SPAN" });
  });

  it("must make a trace for an observation that names none", () => {
    expect(readBatch([event("generation-create", { id: "g", name: "alone" })]).changes).toMatchObject([
      { kind: "trace", id: "g", fields: { name: "alone" } },
      { kind: "observation", id: "g", fields: { traceId: "g" } },
    ]);
  });

  it("must keep an event's trace the same when it comes again without a body id", () => {
    const one = event("trace-create", { name: "n" });
    expect(readBatch([one]).changes).toEqual(readBatch([one]).changes);
    expect(readBatch([one]).changes[0]?.id).toBe(one.id);
  });
});
