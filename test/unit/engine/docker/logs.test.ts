import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createFrameLines, createTerminalLines } from "../../../../src/engine/docker/log-lines.ts";
import { mergeInOrder, toEngineTime } from "../../../../src/engine/docker/logs.ts";
import type { Frame } from "../../../../src/engine/docker/streams.ts";
import { collect, cutAt, each } from "../../../support/async.ts";
import { encodeFrame } from "../../../support/frames.ts";

const at = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, "0")}.000000001Z`;

const message = (text: string, second = 0, stream: Frame["stream"] = "stdout"): Frame => ({
  stream,
  data: Buffer.from(`${at(second)} ${text}`),
});

const readAll = (reading: ReturnType<typeof createFrameLines>, chunks: readonly Uint8Array[]) =>
  [...chunks.flatMap((chunk) => reading.add(chunk)), ...reading.end()].map(({ stream, at, line }) => ({
    stream,
    at,
    line,
  }));

const framed = (frames: readonly Frame[]) => readAll(createFrameLines("web"), frames.map(encodeFrame));

const terminal = (chunks: readonly Uint8Array[]) => readAll(createTerminalLines("web"), chunks);

describe("messages", () => {
  test("must become lines with their stream and time", async () => {
    expect(framed([message("one\n", 1), message("two\n", 2, "stderr"), message("\n", 3)])).toEqual([
      { stream: "stdout", at: at(1), line: "one" },
      { stream: "stderr", at: at(2), line: "two" },
      { stream: "stdout", at: at(3), line: "" },
    ]);
  });

  test("must be joined to one line where the engine cut it, with the time of its beginning", async () => {
    expect(framed([message("long ", 1), message("other\n", 2, "stderr"), message("line\n", 3)])).toEqual([
      { stream: "stderr", at: at(2), line: "other" },
      { stream: "stdout", at: at(1), line: "long line" },
    ]);
  });

  test("must keep a letter whole that the engine cut in two", async () => {
    const euro = Buffer.from("€");
    const cut = (part: Uint8Array) => ({
      stream: "stdout" as const,
      data: Buffer.concat([Buffer.from(`${at(1)} `), part]),
    });
    expect(framed([cut(euro.subarray(0, 1)), cut(Buffer.concat([euro.subarray(1), Buffer.from("\n")]))])).toEqual([
      { stream: "stdout", at: at(1), line: "€" },
    ]);
  });

  test("must lose a carriage return at their end, and nothing else", async () => {
    expect(framed([message("a\rb\r\n")])).toEqual([{ stream: "stdout", at: at(0), line: "a\rb" }]);
  });

  test("must keep a time stamp of their own", async () => {
    expect(framed([message(`${at(9)} ready\n`, 1)])).toEqual([{ stream: "stdout", at: at(1), line: `${at(9)} ready` }]);
  });

  test("must end with the unfinished line of a container that printed no newline", async () => {
    expect(framed([message("bye", 4)])).toEqual([{ stream: "stdout", at: at(4), line: "bye" }]);
  });

  test("must survive bytes that are no text", async () => {
    const data = Buffer.concat([Buffer.from(`${at(1)} `), Buffer.from([0xff, 0xfe, 0x0a])]);
    expect(framed([{ stream: "stdout", data }])).toEqual([{ stream: "stdout", at: at(1), line: "\ufffd\ufffd" }]);
  });
});

describe("a terminal's output", () => {
  const text = fc.string({ unit: "binary" }).map((line) => line.replace(/[\r\n]/g, ""));

  test("must give the same lines wherever it is cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 9 }),
        async (lines, places) => {
          const bytes = Buffer.from(lines.map((line, index) => `${at(index)} ${line}\r\n`).join(""));
          const expected = lines.map((line, index) => ({
            stream: "stdout",
            at: at(index),
            line: Buffer.from(line).toString(),
          }));
          expect(terminal(cutAt(bytes, places))).toEqual(expected);
        },
      ),
    );
  });
});

const sorted = fc.array(fc.nat(20)).map((values) => values.toSorted((a, b) => a - b));

/** In pieces of so many, an empty one among them. */
const inPieces = <T>(values: readonly T[], size = 1): readonly (readonly T[])[] => [
  [],
  ...values.flatMap((_, at) => (at % size === 0 ? [values.slice(at, at + size)] : [])),
];

describe("merging in order", () => {
  test("must give every value once, in order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sorted, { maxLength: 4 }), fc.integer({ min: 1, max: 5 }), async (sources, size) => {
        const pieces = sources.map((values) => each(inPieces(values, size)));
        const merged = await collect(mergeInOrder(pieces, (a, b) => a - b));
        expect(merged).toEqual(sources.flat().toSorted((a, b) => a - b));
      }),
    );
  });

  test("must keep the order of the sources among equals", async () => {
    const sources = [["a1", "a2"], ["b1"]].map((values) => each(inPieces(values)));
    expect(await collect(mergeInOrder(sources, () => 0))).toEqual(["a1", "a2", "b1"]);
  });
});

test.each([
  ["2026-01-01T00:00:00Z", "1767225600.000000000"],
  ["2026-01-01T00:00:00.5Z", "1767225600.500000000"],
  ["2026-01-01T00:00:00.123456789Z", "1767225600.123456789"],
  ["2026-01-01T01:00:00.25+01:00", "1767225600.250000000"],
])("%s must be %s to the engine, with the fraction as it was written", (iso, seconds) => {
  expect(toEngineTime(iso)).toBe(seconds);
});
