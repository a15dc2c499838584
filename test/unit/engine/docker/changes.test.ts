import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { changes, toChange } from "../../../../src/engine/docker/changes.ts";
import type { Reader } from "../../../../src/engine/docker/reader.ts";
import { collect } from "../../../support/async.ts";

const event = (Action: string, attributes: Record<string, string> = {}) => ({
  Action,
  Actor: { ID: "c1", Attributes: { name: "goat-litellm-1", "com.docker.compose.service": "litellm", ...attributes } },
});

const change = { service: "litellm", handle: "c1", container: "goat-litellm-1", exitCode: null };

describe("an engine event", () => {
  test.each([
    ["start", "started"],
    ["oom", "out-of-memory"],
    ["destroy", "removed"],
    ["remove", "removed"],
    ["health_status: healthy", "healthy"],
    ["health_status: unhealthy", "unhealthy"],
  ])("%s must be told as %s", (action, type) => {
    expect(toChange(event(action))).toEqual({ ...change, type });
  });

  test("die must carry the exit code", () => {
    expect(toChange(event("die", { exitCode: "137" }))).toEqual({ ...change, type: "died", exitCode: 137 });
    expect(toChange(event("die"))).toEqual({ ...change, type: "died", exitCode: null });
  });

  test.each([
    "kill",
    "stop",
    "restart",
    "create",
    "attach",
    "exec_create: pg_isready",
    "exec_start: pg_isready",
    "health_status: starting",
  ])("%s must say nothing", (action) => {
    expect(toChange(event(action))).toBeNull();
  });

  test("of a one-off run or of no service must say nothing", () => {
    expect(toChange(event("die", { "com.docker.compose.oneoff": "True" }))).toBeNull();
    expect(toChange({ Action: "die", Actor: { ID: "c1", Attributes: { name: "x" } } })).toBeNull();
    expect(toChange({})).toBeNull();
  });
});

describe("events that come once more", () => {
  const date = "Mon, 30 Nov 2026 13:17:00 GMT";
  const at = (seconds: number, what: object) => ({ ...what, timeNano: (Date.parse(date) + seconds * 1000) * 1e6 });
  const readerOf = (events: readonly object[]): Reader => {
    const stream: unknown = async () =>
      Object.assign(Readable.from(events.map((one) => Buffer.from(`${JSON.stringify(one)}\n`))), { headers: { date } });
    return { stream } as Reader;
  };
  const told = async (...events: readonly object[]) => {
    const signal = AbortSignal.timeout(5_000);
    return (await collect(changes(readerOf(events), "goat", { signal }))).map(({ type }) => type);
  };

  test("must be told once", async () => {
    const [start, die] = [at(1, event("start")), at(2, event("die"))];
    expect(await told(start, die, start, die, at(3, event("start")))).toEqual(["started", "died", "started"]);
  });

  test("must not be told where they are from before somebody listened", async () => {
    expect(await told(at(-2, event("start")), at(-1, event("die")), at(0.5, event("start")))).toEqual(["started"]);
  });

  test("must be told where they do not say when they were", async () => {
    expect(await told(event("start"), event("die"))).toEqual(["started", "died"]);
  });
});
