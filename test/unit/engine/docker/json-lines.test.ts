import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonLines } from "../../../../src/engine/docker/json-lines.ts";
import { collect, cutAt, each } from "../../../support/async.ts";

test("documents must come out as they went in, wherever the stream is cut", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.json()), fc.array(fc.nat(), { maxLength: 9 }), async (documents, places) => {
      const bytes = Buffer.from(documents.map((one) => `${one}\r\n`).join(""));
      expect(await collect(jsonLines(each(cutAt(bytes, places))))).toEqual(documents.map((one) => JSON.parse(one)));
    }),
  );
});

test("a line that is no JSON must be left out, and a last one without a newline kept", async () => {
  expect(await collect(jsonLines(each([Buffer.from('{"a":1}\nnonsense\n\n{"b":2}')])))).toEqual([{ a: 1 }, { b: 2 }]);
});
