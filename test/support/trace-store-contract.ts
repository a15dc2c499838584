import { describe, expect, it } from "vitest";
import { type Change, noUsage, type ObservationRecord, type TraceRecord } from "../../src/recorder/records.ts";
import type { Store, TraceQuery } from "../../src/recorder/store.ts";

const now = "2026-11-23T10:00:00.000Z";

const trace = (id: string, fields: Partial<TraceRecord> = {}): Change => ({ kind: "trace", id, fields });

const observation = (id: string, traceId: string, fields: Partial<ObservationRecord> = {}): Change => ({
  kind: "observation",
  id,
  fields: { type: "GENERATION", ...fields, traceId },
});

const score = (id: string, traceId: string): Change => ({
  kind: "score",
  id,
  fields: {
    traceId,
    name: "quality",
    value: 0.5,
    dataType: "NUMERIC",
    observationId: null,
    comment: null,
  },
});

const usage = (total: number, totalCost: number, model = "gpt") => ({
  model,
  usage: { ...noUsage, input: total - 1, output: 1, total, totalCost },
});

const newest: TraceQuery = { page: 1, limit: 50, tags: [], orderBy: { field: "timestamp", descending: true } };

const idsOf = async (store: Store, query: Partial<TraceQuery>): Promise<readonly string[]> =>
  (await store.traces({ ...newest, ...query })).rows.map((row) => row.trace.id);

const writing = (open: () => Promise<Store>) => {
  it("must read back what was written, every field", async () => {
    const store = await open();
    const fields = { name: "n", userId: "u", sessionId: "s", tags: ["b", "a"], input: { q: [1, null] }, public: true };
    await store.write([trace("t1", fields), observation("o1", "t1"), score("s1", "t1")], now);
    const full = await store.trace("t1");
    expect(full?.trace).toMatchObject({ id: "t1", ...fields, tags: ["a", "b"], timestamp: now, createdAt: now });
    expect(full?.observations.map(({ id }) => id)).toEqual(["o1"]);
    expect(full?.scores).toMatchObject([{ id: "s1", value: 0.5 }]);
  });

  it("must say null of a trace that is not there", async () => {
    expect(await (await open()).trace("absent")).toBeNull();
  });

  it("must keep one record when the same change comes twice", async () => {
    const store = await open();
    const changes = [trace("t1", { name: "n" }), observation("o1", "t1", usage(10, 0.5)), score("s1", "t1")];
    await store.write(changes, now);
    const once = await store.trace("t1");
    await store.write(changes, now);
    expect(await store.trace("t1")).toEqual(once);
    expect((await store.traces(newest)).total).toBe(1);
  });

  it("must merge an update into what an earlier batch wrote, and keep when it was made", async () => {
    const store = await open();
    await store.write([trace("t1", { name: "n", tags: ["a"], metadata: { k: { x: 1 } } })], now);
    const later = "2026-11-23T11:00:00.000Z";
    await store.write([trace("t1", { output: "o", tags: ["b"], metadata: { k: { y: 2 } } })], later);
    expect((await store.trace("t1"))?.trace).toMatchObject({
      name: "n",
      output: "o",
      tags: ["a", "b"],
      metadata: { k: { x: 1, y: 2 } },
      createdAt: now,
      updatedAt: later,
    });
  });

  it("must lose nothing when writers of one trace come at once", async () => {
    const store = await open();
    const tags = Array.from({ length: 12 }, (_, index) => `tag-${String(index).padStart(2, "0")}`);
    await Promise.all(tags.map((tag) => store.write([trace("t1", { tags: [tag] })], now)));
    expect((await store.trace("t1"))?.trace.tags).toEqual(tags);
  });

  it("must keep text as it is, whatever it looks like", async () => {
    const store = await open();
    const input = { goat: "\u{1F410}", quote: "'; drop schema goat_recorder; --" };
    await store.write([trace("t1", { name: "n'm", input, tags: ['x"y'] })], now);
    expect((await store.trace("t1"))?.trace).toMatchObject({ name: "n'm", input, tags: ['x"y'] });
    expect(await idsOf(store, { tags: ['x"y'] })).toEqual(["t1"]);
  });

  it("must put metadata that comes in pieces together as Langfuse does", async () => {
    const store = await open();
    const pieces: readonly unknown[] = [{ a: 1, l: [1, 2] }, { b: { c: 2 }, l: [3] }, null, "xy", 5];
    for (const metadata of pieces) await store.write([trace("t1", { metadata })], now);
    expect((await store.trace("t1"))?.trace.metadata).toEqual({ 0: "x", 1: "y", a: 1, b: { c: 2 }, l: [3, 2] });
  });
};

const listing = (open: () => Promise<Store>) => {
  const filled = async (): Promise<Store> => {
    const store = await open();
    const at = (hour: number) => `2026-11-2${hour > 11 ? 3 : 2}T${String(hour).padStart(2, "0")}:00:00.000Z`;
    await store.write(
      [
        trace("a", { name: "one", userId: "ann", sessionId: "s1", tags: ["x", "y"], timestamp: at(10) }),
        trace("b", { name: "two", userId: "ben", tags: ["y"], timestamp: at(11) }),
        trace("c", { name: "one", userId: "ann", timestamp: at(12) }),
        observation("o2", "a", { ...usage(20, 0.25), startTime: at(10), endTime: "2026-11-22T10:00:02.500Z" }),
        observation("o1", "a", { ...usage(10, 0.5), startTime: at(10), type: "SPAN", name: "span" }),
        observation("o3", "c", { ...usage(4, 1, "other"), startTime: at(12) }),
        score("s1", "a"),
      ],
      now,
    );
    return store;
  };

  it("must list the newest first, in pages, with the number of all", async () => {
    const store = await filled();
    expect(await idsOf(store, {})).toEqual(["c", "b", "a"]);
    expect(await idsOf(store, { page: 2, limit: 2 })).toEqual(["a"]);
    expect((await store.traces({ ...newest, limit: 1 })).total).toBe(3);
    expect(await idsOf(store, { page: 9 })).toEqual([]);
  });

  it("must order by what is asked for, what lacks it first going up and last going down", async () => {
    const store = await filled();
    expect(await idsOf(store, { orderBy: { field: "name", descending: false } })).toEqual(["a", "c", "b"]);
    expect(await idsOf(store, { orderBy: { field: "userId", descending: false } })).toEqual(["a", "c", "b"]);
    expect(await idsOf(store, { orderBy: { field: "userId", descending: true } })).toEqual(["b", "c", "a"]);
    expect(await idsOf(store, { orderBy: { field: "sessionId", descending: false } })).toEqual(["b", "c", "a"]);
    expect(await idsOf(store, { orderBy: { field: "sessionId", descending: true } })).toEqual(["a", "c", "b"]);
    expect(await idsOf(store, { orderBy: { field: "timestamp", descending: false } })).toEqual(["a", "b", "c"]);
  });

  it("must find by user, name, session, all tags, and time", async () => {
    const store = await filled();
    expect(await idsOf(store, { userId: "ann" })).toEqual(["c", "a"]);
    expect(await idsOf(store, { name: "two" })).toEqual(["b"]);
    expect(await idsOf(store, { sessionId: "s1" })).toEqual(["a"]);
    expect(await idsOf(store, { tags: ["y", "x"] })).toEqual(["a"]);
    expect(await idsOf(store, { from: "2026-11-22T11:00:00.000Z", to: "2026-11-23T12:00:00.000Z" })).toEqual(["b"]);
  });

  it("must sum a trace's cost and time, with its parts in order", async () => {
    const { rows } = await (await filled()).traces({ ...newest, sessionId: "s1" });
    expect(rows).toMatchObject([{ observationIds: ["o1", "o2"], scoreIds: ["s1"], totalCost: 0.75, latency: 2.5 }]);
  });

  it("must list observations by trace, type and name", async () => {
    const store = await filled();
    const ids = async (query: object) =>
      (await store.observations({ page: 1, limit: 50, ...query })).rows.map(({ id }) => id);
    expect(await ids({})).toEqual(["o3", "o2", "o1"]);
    expect(await ids({ traceId: "a", type: "GENERATION" })).toEqual(["o2"]);
    expect(await ids({ name: "span" })).toEqual(["o1"]);
    expect(await ids({ to: "2026-11-23T00:00:00.000Z", limit: 1 })).toEqual(["o2"]);
    expect(await ids({ userId: "ben" })).toEqual([]);
    expect(await ids({ userId: "ann", traceId: "c" })).toEqual(["o3"]);
  });

  it("must find by version and release", async () => {
    const store = await filled();
    await store.write([trace("d", { version: "v1", release: "r1" }), trace("e", { version: "v2" })], now);
    expect(await idsOf(store, { version: "v1" })).toEqual(["d"]);
    expect(await idsOf(store, { release: "r1" })).toEqual(["d"]);
    expect(await idsOf(store, { version: "v1", release: "r2" })).toEqual([]);
  });

  it("must find one observation, and list scores and sessions", async () => {
    const store = await filled();
    expect(await store.observation("o1")).toMatchObject({ id: "o1", traceId: "a", type: "SPAN" });
    expect(await store.observation("absent")).toBeNull();
    expect(await store.scores({ page: 1, limit: 50 })).toMatchObject({ rows: [{ id: "s1" }], total: 1 });
    expect(await store.sessions({ page: 1, limit: 50 })).toEqual({ rows: [{ id: "s1", createdAt: now }], total: 1 });
    expect((await store.session("s1")).map(({ id }) => id)).toEqual(["a"]);
    expect(await store.session("absent")).toEqual([]);
  });

  it("must count traces, tokens and cost by day and model", async () => {
    const { traces, usage: used } = await (await filled()).daily({ tags: [] });
    expect([...traces].sort((one, other) => one.date.localeCompare(other.date))).toEqual([
      { date: "2026-11-22", traces: 2 },
      { date: "2026-11-23", traces: 1 },
    ]);
    expect([...used].sort((one, other) => one.date.localeCompare(other.date))).toEqual([
      { date: "2026-11-22", model: "gpt", input: 28, output: 2, total: 30, observations: 2, traces: 1, cost: 0.75 },
      { date: "2026-11-23", model: "other", input: 3, output: 1, total: 4, observations: 1, traces: 1, cost: 1 },
    ]);
  });

  it("must count only what the filter finds", async () => {
    expect(await (await filled()).daily({ tags: [], userId: "ben" })).toEqual({
      traces: [{ date: "2026-11-22", traces: 1 }],
      usage: [],
    });
  });
};

/** What every store of the recorder must do. `open` gives an empty one each time. */
export const traceStoreContract = (name: string, open: () => Promise<Store>): void => {
  describe(`${name}, writing`, () => writing(open));
  describe(`${name}, listing`, () => listing(open));
};
