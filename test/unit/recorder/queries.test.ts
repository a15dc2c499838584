import { describe, expect, it } from "vitest";
import { readDailyQuery, readObservationQuery, readTraceQuery } from "../../../src/recorder/queries.ts";

const traces = (text: string) => readTraceQuery(new URLSearchParams(text));

describe("readTraceQuery", () => {
  it("must page by 50 from the newest where nothing is said", () => {
    expect(traces("page=&limit=&userId=")).toEqual({
      ok: true,
      query: { page: 1, limit: 50, tags: [], orderBy: { field: "timestamp", descending: true } },
    });
  });

  it("must read every filter", () => {
    const text = "limit=5&page=2&userId=u&name=n&sessionId=s&version=v&release=r&tags=a&tags=b,c&orderBy=name.asc";
    expect(traces(`${text}&fromTimestamp=2026-11-23T10:00:00%2B01:00&toTimestamp=2026-11-24T00:00:00Z`)).toEqual({
      ok: true,
      query: {
        page: 2,
        limit: 5,
        userId: "u",
        name: "n",
        sessionId: "s",
        version: "v",
        release: "r",
        tags: ["a", "b", "c"],
        from: "2026-11-23T09:00:00.000Z",
        to: "2026-11-24T00:00:00.000Z",
        orderBy: { field: "name", descending: false },
      },
    });
  });

  it.each([
    ["limit=101", "limit"],
    ["limit=1.5", "limit"],
    ["page=0", "page"],
    ["page=x", "page"],
    ["page=1&page=2", "page"],
    ["fromTimestamp=yesterday", "fromTimestamp"],
    ["fromTimestamp=2026-11-23T10:00:00+01:00", "fromTimestamp"],
    ["orderBy=document.asc", "orderBy"],
    ["orderBy=name.sideways", "orderBy"],
  ])("must refuse %s by name", (text, name) => {
    expect(traces(text)).toMatchObject({ ok: false, problems: [{ path: expect.arrayContaining([name]) }] });
  });

  it("must name all mistakes at once", () => {
    expect(traces("page=0&limit=-1")).toMatchObject({ problems: [{ path: ["page"] }, { path: ["limit"] }] });
  });
});

describe("the other queries", () => {
  it("must read an observation's own filters", () => {
    expect(readObservationQuery(new URLSearchParams("traceId=t&type=SPAN&fromStartTime=2026-11-23T10:00:00Z"))).toEqual(
      {
        ok: true,
        query: { page: 1, limit: 50, traceId: "t", type: "SPAN", from: "2026-11-23T10:00:00.000Z" },
      },
    );
  });

  it("must call the name of daily metrics traceName", () => {
    expect(readDailyQuery(new URLSearchParams("traceName=n&name=other"))).toMatchObject({ query: { name: "n" } });
  });
});
