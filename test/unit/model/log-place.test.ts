import fc from "fast-check";
import { expect, test } from "vitest";
import { type LogPlace, linesBehind, placeAfter } from "../../../src/model/log-place.ts";
import { collect } from "../../support/async.ts";

interface Line {
  readonly at: string | null;
  readonly line: number;
}

/** Lines in order, some at one time, some without. */
const log = fc
  .array(fc.record({ step: fc.nat(2), isKnown: fc.boolean() }), { maxLength: 30 })
  .map((steps): readonly Line[] => {
    let time = 0;
    return steps.map(({ step, isKnown }, line) => {
      time += step;
      return { at: isKnown ? `2026-01-01T00:00:${String(time).padStart(2, "0")}Z` : null, line };
    });
  });

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

test("a log that is read up to any line and then from there must give every line once", async () => {
  await fc.assert(
    fc.asyncProperty(log, fc.nat(30), async (lines, cut) => {
      const read = lines.slice(0, cut);
      const place = read.reduce<LogPlace | null>(placeAfter, null);
      // Where no line had a time, nobody can ask for what is newer.
      fc.pre(place !== null);
      const from = lines.findIndex(({ at }) => at === place?.at);
      const rest = place === null ? [] : await collect(linesBehind(each(lines.slice(from)), place));
      expect([...read, ...rest]).toEqual(lines);
    }),
  );
});
