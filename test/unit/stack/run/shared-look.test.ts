import { expect, test } from "vitest";
import { sharedLook } from "../../../../src/stack/run/shared-look.ts";

/** Looks that end when they are told to; each gives its number. */
const looks = () => {
  const ends: (() => void)[] = [];
  const look = sharedLook(() => new Promise<number>((resolve) => ends.push(() => resolve(ends.length))));
  return { look, ends };
};

test("who asks while a look is under way must share the next one, and never get what was seen before", async () => {
  const { look, ends } = looks();
  const first = look();
  const [second, third] = [look(), look()];
  expect(ends).toHaveLength(1);
  ends[0]?.();
  expect(await first).toBe(1);
  await expect.poll(() => ends.length).toBe(2);
  ends[1]?.();
  expect(await Promise.all([second, third])).toEqual([2, 2]);
});

test("a look that fails must fail for who asked for it alone", async () => {
  let count = 0;
  const look = sharedLook(async () => {
    count += 1;
    if (count === 1) throw new Error("gone");
    return count;
  });
  const results = await Promise.allSettled([look(), look(), look()]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
  expect(count).toBe(2);
});
