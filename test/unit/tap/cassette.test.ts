import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyLikeIn, secretIn } from "../../../src/tap/cassette/file.ts";
import {
  bodyOf,
  bytesOf,
  type Cassette,
  callLine,
  cassetteText,
  parseCassette,
  pieceOf,
  type RecordedCall,
} from "../../../src/tap/cassette/format.ts";
import { meaningOf, nearestTo } from "../../../src/tap/cassette/meaning.ts";
import { merged } from "../../../src/tap/cassette/recorder.ts";
import { splitByUse } from "../../../src/tap/cassette/usage.ts";

const bytes = fc.oneof(
  fc.uint8Array().map((array) => Buffer.from(array)),
  fc.string({ unit: "grapheme" }).map((text) => Buffer.from(text)),
  fc.json().map((text) => Buffer.from(text)),
);

const requests = fc.record({
  method: fc.constantFrom("GET", "POST"),
  path: fc.webPath(),
  json: fc.jsonValue(),
});

const answers = fc.oneof(
  bytes.map((body) => bodyOf(body, "application/json")),
  fc.array(fc.tuple(fc.nat(), bytes.map(pieceOf))).map((stream) => ({ stream })),
);

const calls = fc
  .tuple(requests, fc.integer({ min: 200, max: 599 }), answers)
  .map(([request, status, answer]): RecordedCall => {
    return { request, answer: { status, headers: { "content-type": "x" }, ms: 3, ...answer } };
  });

const ask = (json: unknown, path = "/v1/chat/completions"): RecordedCall["request"] => ({ method: "POST", path, json });

const recorded = (json: unknown, answer: unknown): RecordedCall => ({
  request: ask(json),
  answer: { status: 200, headers: {}, ms: 1, json: answer },
});

const cassetteOf = (...all: readonly RecordedCall[]): Cassette => ({
  head: { ignore: [], model: null },
  calls: all,
  isCut: false,
});

describe("a file of recorded calls", () => {
  test("must give every body back byte for byte, of whatever kind", () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom("application/json", "text/plain", ""), (body, type) =>
        bytesOf(bodyOf(body, type)).equals(body),
      ),
    );
  });

  test("must read as it was written, a line for each call", () => {
    fc.assert(
      fc.property(fc.array(calls, { maxLength: 5 }), fc.array(fc.string()), (all, ignore) => {
        const head = { ignore, model: "m" };
        const text = cassetteText({ head, calls: all });
        expect(text.split("\n").length).toBe(all.length + 2);
        expect(parseCassette(text)).toEqual(JSON.parse(JSON.stringify({ head, calls: all, isCut: false })));
      }),
    );
  });

  test("must keep every whole call where its last line is cut off at any place", () => {
    fc.assert(
      fc.property(fc.array(calls, { minLength: 1, maxLength: 3 }), calls, fc.nat(), (before, last, place) => {
        const line = callLine(last).trimEnd();
        const cut = line.slice(0, 1 + (place % (line.length - 1)));
        const found = parseCassette(cassetteText({ head: { ignore: [], model: null }, calls: before }) + cut);
        expect(found).toMatchObject({ isCut: true });
        expect("calls" in found && found.calls.length).toBe(before.length);
      }),
    );
  });

  test("must name the line that is none, and the version that is newer", () => {
    const head = '{"cassette":"goat-dev","version":1,"ignore":[],"model":null}';
    const why = (text: string) => parseCassette(text);
    expect(why("{}\n")).toEqual({ line: 1, why: expect.stringContaining("should be the head") });
    expect(why(head.replace("1", "2"))).toEqual({ line: 1, why: "is of version 2, and this goat-dev reads 1" });
    expect(why(`${head}\n\nnonsense\n{}\n`)).toEqual({ line: 3, why: "is no JSON" });
    expect(why(`${head}\n{"request":{}}\n`)).toMatchObject({ line: 2 });
    const odd = '{"request":{"method":"GET","path":"/"},"answer":{"status":200,"stream":[["a","b"]]}}';
    expect(why(`${head}\n${odd}\n`)).toEqual({
      line: 2,
      why: "has a stream whose pieces are not [milliseconds, text]",
    });
    expect(why("")).toMatchObject({ calls: [] });
  });
});

describe("what a request means", () => {
  const keyOf = (json: unknown, ignore: readonly string[] = []): string => meaningOf(ask(json), ignore).key;

  test("must not depend on the order of its fields, and on every value", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (fields) => {
        const turned = Object.fromEntries(Object.entries(fields).reverse());
        expect(keyOf(turned)).toBe(keyOf(fields));
        expect(keyOf({ ...fields, more: 1 })).not.toBe(keyOf({ ...fields, more: 2 }));
      }),
    );
  });

  test("must leave out what differs from run to run, and what the file says", () => {
    const call = (trace: string, user: string) => ({
      model: "m",
      metadata: { trace_id: trace },
      messages: [{ name: user }],
    });
    expect(keyOf(call("a", "u"))).toBe(keyOf(call("b", "u")));
    expect(keyOf({ model: "m", messages: [{ name: "u" }] })).toBe(keyOf(call("b", "u")));
    expect(keyOf(call("a", "u"))).not.toBe(keyOf(call("a", "v")));
    expect(keyOf(call("a", "u"), ["messages.*.name"])).toBe(keyOf(call("a", "v"), ["messages.*.name"]));
  });

  test("must be told apart at the first place of the nearest", () => {
    const of = (content: string, temperature: number) => meaningOf(ask({ temperature, messages: [{ content }] }), []);
    const all = [of("far", 2), of("near", 1), meaningOf(ask({}, "/v1/embeddings"), [])];
    expect(nearestTo(of("near!", 1), all)).toMatchObject({
      index: 1,
      difference: { at: "messages[0].content", recorded: "near", asked: "near!" },
    });
    expect(nearestTo(meaningOf(ask({}, "/v1/responses"), []), all)).toBeNull();
  });
});

test("what was recorded again must stand where it stood, what was not stay, and what is new come last", () => {
  const before = cassetteOf(recorded("a", 1), recorded("b", 1), recorded("a", 2), recorded("c", 1));
  const run = [recorded("new", 1), recorded("c", 9), recorded("a", 9)];
  const after = merged(before, run).map(({ request, answer }) => [request.json, answer.json]);
  expect(after).toEqual([
    ["a", 9],
    ["b", 1],
    ["c", 9],
    ["new", 1],
  ]);
});

test("what the last run used must be told from the rest, answer by answer", () => {
  const all = cassetteOf(recorded("a", 1), recorded("a", 2), recorded("b", 1));
  const used = new Map([[meaningOf(ask("a"), []).key, 1]]);
  const { kept, unused } = splitByUse(all, used);
  expect(kept.map(({ answer }) => answer.json)).toEqual([1]);
  expect(unused.length).toBe(2);
});

test("a secret must be named by its variable, and a key be known by its form", () => {
  expect(secretIn("x gsk_1 y", "x [GROQ_API_KEY] y")).toBe("GROQ_API_KEY");
  expect(secretIn("[A] x", "[A] [B_KEY]")).toBe("B_KEY");
  expect(secretIn("x", "x")).toBeNull();
  expect(keyLikeIn("use sk-proj-abcdefghijklmnop1234")).toContain("OpenAI");
  expect(keyLikeIn("use sk-dev-key and task-abcdefghijklmnopqrst")).toBeNull();
});
