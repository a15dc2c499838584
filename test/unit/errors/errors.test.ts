import { expect, test } from "vitest";
import { catalog, type ErrorCode } from "../../../src/errors/catalog.ts";
import { describe, isAbort, messageOf, systemCode } from "../../../src/errors/describe.ts";
import { GoatError } from "../../../src/errors/goat-error.ts";

test("codes must be kebab-case, statuses known, and what is said of them whole sentences", () => {
  for (const [code, { exit, means, mend }] of Object.entries(catalog)) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect([1, 2, 3, 4, 5, 6, 70, 126, 127, 130], code).toContain(exit);
    for (const text of [means, mend]) expect(text, code).toMatch(/^[A-Z`].*\.$/);
  }
});

test.each<readonly [ErrorCode, number]>([
  ["usage", 2],
  ["engine-unreachable", 3],
  ["port-taken", 4],
  ["service-exited", 5],
  ["provider-refused", 6],
  ["internal", 70],
  ["interrupted", 130],
])("%s must end with %i", (code, exit) => {
  expect(new GoatError(code, "x").exitCode).toBe(exit);
});

test("an error without details must have none, and keep its cause", () => {
  const cause = new Error("below");
  const error = new GoatError("internal", "above", { cause });
  expect(error).toMatchObject({ message: "above", evidence: [], fixes: [], service: undefined, cause });
  expect(error).toBeInstanceOf(Error);
});

test("a system's code must be found where errors hide it", () => {
  const refused = Object.assign(new Error("x"), { code: "ECONNREFUSED" });
  expect(systemCode(refused)).toBe("ECONNREFUSED");
  expect(systemCode(new TypeError("fetch failed", { cause: refused }))).toBe("ECONNREFUSED");
  expect(systemCode(new AggregateError([refused, new Error("y")]))).toBe("ECONNREFUSED");
  for (const nothing of [undefined, null, "ENOENT", new Error("x"), { code: 5 }])
    expect(systemCode(nothing)).toBeUndefined();
});

test("an abort must be told from other errors", () => {
  expect(isAbort(AbortSignal.abort().reason)).toBe(true);
  expect(isAbort(new DOMException("late", "TimeoutError"))).toBe(true);
  expect(isAbort(new Error("AbortError"))).toBe(false);
  expect(isAbort("AbortError")).toBe(false);
});

test("what was translated must pass as it is", () => {
  const error = new GoatError("port-taken", "x");
  expect(describe(error)).toBe(error);
});

test("an abort must become interrupted, and everything else our own mistake, with its place", () => {
  expect(describe(new DOMException("stop", "AbortError"))).toMatchObject({ code: "interrupted", exitCode: 130 });
  const bug = describe(new TypeError("x is undefined"));
  expect(bug).toMatchObject({ code: "internal", exitCode: 70, message: "x is undefined" });
  expect(bug.evidence[0]).toMatch(/^at /);
  expect(describe("thrown text")).toMatchObject({ code: "internal", message: "thrown text", evidence: [] });
});

test("whatever is thrown must have words", () => {
  expect(messageOf(new Error("words"))).toBe("words");
  expect(messageOf(42)).toBe("42");
  expect(messageOf(undefined)).toBe("undefined");
});
