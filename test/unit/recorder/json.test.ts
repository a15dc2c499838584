import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isShallow, mergeJson } from "../../../src/recorder/json.ts";

describe("mergeJson", () => {
  it("must give the same when the same comes twice", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (old, next) => {
        const once = mergeJson(old, next);
        expect(mergeJson(once, next)).toEqual(once);
      }),
    );
  });

  it("must merge objects key by key and replace everything else", () => {
    expect(mergeJson({ a: { x: 1 }, b: [1] }, { a: { y: 2 }, b: [2] })).toEqual({ a: { x: 1, y: 2 }, b: [2] });
    expect(mergeJson({ a: 1 }, "text")).toBe("text");
  });

  it("must not let a sender reach JavaScript's prototypes", () => {
    const merged = mergeJson({ a: 1 }, JSON.parse('{"__proto__": {"polluted": true}}'));
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(Object.keys(merged as object)).toEqual(["a", "__proto__"]);
  });
});

describe("isShallow", () => {
  it("must count lists and objects alike", () => {
    expect(isShallow({ a: [1] }, 2)).toBe(true);
    expect(isShallow({ a: [1] }, 1)).toBe(false);
    expect(isShallow("text", 0)).toBe(true);
  });
});
