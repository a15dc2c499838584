import fc from "fast-check";
import { expect, test } from "vitest";
import { demux, jsonLines } from "../../../../src/engine/docker/streams.ts";
import { collect, cutAt, each } from "../../../support/async.ts";
import { encodeFrame } from "../../../support/frames.ts";

const framesOf = async (chunks: readonly Uint8Array[]) =>
  (await collect(demux(each(chunks)))).map(({ stream, data }) => ({ stream, data: Buffer.from(data) }));

const frame = fc.record({
  stream: fc.constantFrom("stdout" as const, "stderr" as const),
  data: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
});

test("messages must come out as they went in, wherever the stream is cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(frame, { maxLength: 8 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      async (frames, places) => {
        expect(await framesOf(cutAt(Buffer.concat(frames.map(encodeFrame)), places))).toEqual(frames);
      },
    ),
  );
});

test("a message that the stream's end cuts short must be kept as far as it came", async () => {
  const whole = encodeFrame({ stream: "stderr", data: Buffer.from("panic: oh no") });
  expect(await framesOf([whole.subarray(0, 13)])).toEqual([{ stream: "stderr", data: Buffer.from("panic") }]);
  expect(await framesOf([whole.subarray(0, 5)])).toEqual([]);
});

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
