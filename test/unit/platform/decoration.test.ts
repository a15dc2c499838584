import { once } from "node:events";
import { expect, test } from "vitest";
import { decoration } from "../../../src/platform/deadline.ts";

const forEver = 60_000;

test("a decoration that cannot be had must be absent, whatever was thrown", async () => {
  const { signal } = new AbortController();
  expect(await decoration(signal, forEver, async () => 64)).toBe(64);
  expect(await decoration(signal, forEver, async () => JSON.parse(""))).toBeNull();
  expect(await decoration(signal, forEver, () => Promise.reject("no"))).toBeNull();
});

test("a decoration that does not come in time must be absent", async () => {
  const { signal } = new AbortController();
  const never = (limited: AbortSignal) => once(limited, "abort").then(() => limited.throwIfAborted());
  expect(await decoration(signal, 5, never)).toBeNull();
});

test("an interrupted command must end, not go on without its decoration", async () => {
  const outer = new AbortController();
  const asked = decoration(outer.signal, forEver, async (limited) => {
    outer.abort(new Error("enough"));
    limited.throwIfAborted();
  });
  await expect(asked).rejects.toThrow("enough");
  await expect(decoration(outer.signal, forEver, async () => 64)).rejects.toThrow("enough");
});
