import { getEventListeners, once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test, vi } from "vitest";
import { deadline } from "../../../src/platform/deadline.ts";

const collectGarbage = (): void => {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
};

test("a deadline must fire although garbage was collected since", async () => {
  const outer = new AbortController();
  using limit = deadline(outer.signal, 20);
  collectGarbage();
  await once(limit.signal, "abort");
  expect(limit.isOver()).toBe(true);
  expect(limit.signal.reason).toMatchObject({ name: "TimeoutError" });
});

test("a deadline must pass the outer signal's reason on, and not call it over", () => {
  const outer = new AbortController();
  using limit = deadline(outer.signal, 60_000);
  outer.abort("stop");
  expect(limit.signal.reason).toBe("stop");
  expect(limit.isOver()).toBe(false);
});

test("a deadline on an ended signal must have ended", () => {
  using limit = deadline(AbortSignal.abort("stop"), 60_000);
  expect(limit.signal.reason).toBe("stop");
});

test("a deadline that is let go must leave neither a timer nor a listener", () => {
  vi.useFakeTimers();
  const outer = new AbortController();
  const limit = deadline(outer.signal, 1_000);
  expect(getEventListeners(outer.signal, "abort")).toHaveLength(1);
  limit[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0);
  expect(getEventListeners(outer.signal, "abort")).toEqual([]);
  vi.useRealTimers();
});
