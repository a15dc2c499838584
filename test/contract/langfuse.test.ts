import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { openPool } from "../../src/platform/postgres.ts";
import { openPostgresStore } from "../../src/recorder/postgres-store.ts";
import { createRecorder } from "../../src/recorder/server.ts";
import type { Store } from "../../src/recorder/store.ts";
import { comparable, readRecording, recordedFrom, replay, withoutPrices } from "../support/langfuse-replay.ts";
import { createMemoryStore } from "../support/memory-trace-store.ts";
import { openTestDatabase } from "../support/test-database.ts";

/** Where the recorder answers otherwise than Langfuse 2.95.12, and means to. Every other of the 242 answers is the same. */
const meant: Readonly<Record<string, readonly string[]>> = {
  "it says that it is not Langfuse": [
    "GET /api/public/health",
    "GET /api/public/health?failIfDatabaseUnavailable=true",
    "GET /api/public/ready",
    "POST /api/public/health",
    "GET /api/public/traces/a/b",
    "GET /api/public/nothing",
    "POST /api/public/otel/v1/traces",
  ],
  "it has no list of models with prices": ["GET /api/public/models?limit=1"],
  "it answers, or says why not, where Langfuse fails with status 500 or breaks off": [
    "GET /api/public/traces?page=0",
    "GET /api/public/traces?page=-1",
    "GET /api/public/traces?limit=1.5",
    "GET /api/public/traces?fields=&orderBy=nope.asc",
    "GET /api/public/traces?fields=&orderBy=latency.desc",
    "GET /api/public/traces?fields=&orderBy=totalCost.desc",
    "GET /api/public/traces/nul%00x",
    "event is text",
    "deep nesting 3000",
  ],
  "it wants whole pages": ["GET /api/public/traces?page=1.5"],
  "its refusals of a method have one form": ["POST /api/public/projects"],
};

/** Langfuse prices models that it knows by name, and counts tokens that nobody told it; all else in these is the same. */
const priced = [
  "GET /api/public/traces/t1-responses",
  "GET /api/public/observations",
  "GET /api/public/observations?type=GENERATION&limit=1",
  "GET /api/public/observations?fromStartTime=2026-11-29T17:37:16Z",
  "GET /api/public/traces/w-g",
  "GET /api/public/traces?limit=100",
  "GET /api/public/observations?limit=100",
  "GET /api/public/metrics/daily",
];

interface Differences {
  readonly different: readonly string[];
  /** Different in prices alone. */
  readonly priced: readonly string[];
}

const expected: Differences = { different: Object.values(meant).flat().sort(), priced: priced.toSorted() };

/** Sends every recorded request to a recorder, in the order in which Langfuse got it. */
async function replayAll(store: Store): Promise<Differences> {
  let now = Date.parse(recordedFrom);
  const tick = (): Date => {
    now += 7;
    return new Date(now);
  };
  const project = { id: "goat-dev", name: "goat-dev" };
  const keys = { publicKey: "pk-lf-goat-dev", secretKey: "sk-lf-goat-dev" };
  const server = createRecorder({ store, project, keys, now: tick }, () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const found = new Map<string, boolean>();
  for (const recorded of readRecording()) {
    const ours = comparable(await replay(port, recorded), recorded);
    const theirs = comparable(recorded.answer, recorded);
    if (isDeepStrictEqual(ours, theirs)) continue;
    found.set(recorded.name, isDeepStrictEqual(withoutPrices(ours), withoutPrices(theirs)));
  }
  server.close();
  server.closeAllConnections();
  const names = (onlyPrices: boolean) => [...found].flatMap(([name, only]) => (only === onlyPrices ? [name] : []));
  return { different: names(false).sort(), priced: names(true).sort() };
}

describe("the recorder, against what Langfuse 2.95.12 said", () => {
  it("must answer alike", async () => {
    expect(await replayAll(createMemoryStore())).toEqual(expected);
  });
});

const database = await openTestDatabase();

describe.skipIf(!database.ok)("the recorder over Postgres, against what Langfuse 2.95.12 said", () => {
  it("must answer alike", async () => {
    if (!database.ok) return;
    const store = await openPostgresStore(await openPool(database.options, 4), "goat-dev");
    try {
      expect(await replayAll(store)).toEqual(expected);
    } finally {
      await store.close();
      await database.close();
    }
  });
});
