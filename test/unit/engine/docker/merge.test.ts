import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mergeByArrival, mergeInOrder } from "../../../../src/engine/docker/merge.ts";
import { collect, each } from "../../../support/async.ts";

const sorted = fc.array(fc.nat(20)).map((values) => values.toSorted((a, b) => a - b));

describe("merging in order", () => {
  test("must give every value once, in order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sorted, { maxLength: 4 }), async (sources) => {
        const merged = await collect(mergeInOrder(sources.map(each), (a, b) => a - b));
        expect(merged).toEqual(sources.flat().toSorted((a, b) => a - b));
      }),
    );
  });

  test("must keep the order of the sources among equals", async () => {
    const sources = [["a1", "a2"], ["b1"]].map(each);
    expect(await collect(mergeInOrder(sources, () => 0))).toEqual(["a1", "a2", "b1"]);
  });
});

describe("merging by arrival", () => {
  test("must give every value once, in its source's order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.nat()), { maxLength: 4 }), async (sources) => {
        const labelled = sources.map((values, source) => each(values.map((value) => ({ source, value }))));
        const merged = await collect(mergeByArrival(labelled));
        for (const [source, values] of sources.entries()) {
          expect(merged.filter((one) => one.source === source).map(({ value }) => value)).toEqual(values);
        }
      }),
    );
  });

  test("must not wait for a silent source", async () => {
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<string>>(() => {}) }) };
    for await (const value of mergeByArrival<string>([silent, each(["heard"])])) {
      expect(value).toBe("heard");
      break;
    }
  });

  test("must pass on a source's failure", async () => {
    const failing = (async function* (): AsyncGenerator<string> {
      yield "one";
      throw new Error("gone");
    })();
    await expect(collect(mergeByArrival([failing]))).rejects.toThrow("gone");
  });
});
