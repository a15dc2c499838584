import fc from "fast-check";
import { expect, test } from "vitest";
import { createMerge } from "../../../src/platform/merge.ts";
import { collect } from "../../support/async.ts";

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

const merged = <T>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T> => {
  const merge = createMerge<T>();
  for (const source of sources) merge.add(source);
  return merge.values();
};

test("every value must be given once, in its source's order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.nat()), { maxLength: 4 }), async (sources) => {
      const labelled = sources.map((values, source) => each(values.map((value) => ({ source, value }))));
      const all = await collect(merged(labelled));
      for (const [source, values] of sources.entries()) {
        expect(all.filter((one) => one.source === source).map(({ value }) => value)).toEqual(values);
      }
    }),
  );
});

test("a silent source must not be waited for", async () => {
  const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<string>>(() => {}) }) };
  for await (const value of merged<string>([silent, each(["heard"])])) {
    expect(value).toBe("heard");
    break;
  }
});

test("a source's failure must be passed on, behind what it gave", async () => {
  const failing = (async function* (): AsyncGenerator<string> {
    yield "one";
    throw new Error("gone");
  })();
  const seen: string[] = [];
  const read = async (): Promise<void> => {
    for await (const value of merged([failing])) seen.push(value);
  };
  await expect(read()).rejects.toThrow("gone");
  expect(seen).toEqual(["one"]);
});

test("a source that joins while others are read must be read, too", async () => {
  const merge = createMerge<string>();
  merge.add(each(["first", "second"]));
  const seen: string[] = [];
  for await (const value of merge.values()) {
    seen.push(value);
    if (value === "second") merge.add(each(["joined"]));
  }
  expect(seen).toEqual(["first", "second", "joined"]);
});

test("a source must not run ahead of whoever reads", async () => {
  let given = 0;
  const counting = (async function* (): AsyncGenerator<number> {
    for (;;) yield given++;
  })();
  for await (const value of merged([counting])) {
    expect(given - value).toBeLessThan(4);
    if (value === 100) break;
  }
});
