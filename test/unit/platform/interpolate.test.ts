import fc from "fast-check";
import { expect, test } from "vitest";
import { interpolate } from "../../../src/platform/interpolate.ts";

const variables: Readonly<Record<string, string>> = { SET: "v1", EMPTY: "", DOLLAR: "a$SET" };
const lookup = (name: string): string | undefined => variables[name];
const value = (template: string): unknown => {
  const result = interpolate(template, lookup);
  return "problem" in result ? result : result.value;
};

// The answers are Compose's own.
test.each([
  ["$SET ${SET}", "v1 v1"],
  ["$SETx", ""],
  ["${SET}x", "v1x"],
  ["$$SET $${SET}", "$SET ${SET}"],
  ["$DOLLAR", "a$SET"],
  ["1$ $1 $-", "1$ $1 $-"],
  ["${NO:-d}|${NO-d}|${EMPTY:-d}|${EMPTY-d}|${SET:-d}", "d|d|d||v1"],
  ["${NO:+r}|${NO+r}|${EMPTY:+r}|${EMPTY+r}|${SET:+r}", "|||r|r"],
  ["${SET:?must}|${EMPTY?must}", "v1|"],
  ["${NO:-${EMPTY:-${SET}}}", "v1"],
  ["${NO:-$SET-$$x}", "v1-$x"],
  ['${NO:-{"a":1}}', '{"a":1}'],
  ["${NO:-a b:c-d}", "a b:c-d"],
  ["${NO-a} and ${NO-b}", "a and b"],
  ["${set:-lower}", "lower"],
])("%s gives what Compose gives", (template, expected) => {
  expect(value(template)).toBe(expected);
});

test.each(["${", "${}", "${1}", "${SET", "${SET:x}", "${ SET}", "${NO:-x", "${NO:-\n}", "a ${NO!x} b"])(
  "%j must be refused, naming no value",
  (template) => {
    expect(value(template)).toEqual({
      problem: "a $ here begins no variable that can be read; write $$ for a plain $",
    });
  },
);

test("a required variable must be named with its reason", () => {
  expect(value("${NO:?set it}")).toEqual({ problem: "required variable NO is missing a value: set it", missing: "NO" });
  expect(value("${EMPTY:?}")).toEqual({ problem: "required variable EMPTY is missing a value", missing: "EMPTY" });
  expect(value("${NO?}")).toEqual({ problem: "required variable NO is missing a value", missing: "NO" });
});

test("a reason must not show the value of another variable", () => {
  expect(value("${NO:?unlike $SET}")).toEqual({
    problem: "required variable NO is missing a value: unlike $SET",
    missing: "NO",
  });
});

test("variables without a value must be named once, those with a default not at all", () => {
  expect(interpolate("$NO ${NO} ${OTHER} ${THIRD:-x} ${FOURTH:+x}", lookup)).toEqual({
    value: "   x ",
    unset: ["NO", "OTHER"],
  });
});

test("a text with doubled dollars must come back with single ones", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(interpolate(text.replaceAll("$", "$$$$"), lookup)).toEqual({ value: text, unset: [] });
    }),
  );
});

test("no template must make it throw or run long", () => {
  const token = fc.constantFrom("$", "{", "}", "SET", "NO", ":-", "?", "+", "x", "\n", "$$");
  fc.assert(
    fc.property(fc.array(token, { maxLength: 40 }), (tokens) => {
      const result = interpolate(tokens.join(""), lookup);
      expect("problem" in result || typeof result.value === "string").toBe(true);
    }),
  );
});

test("defaults in defaults must be read a hundred levels deep, and refused beyond", () => {
  const nested = (depth: number): string => `${"${NO:-".repeat(depth)}x${"}".repeat(depth)}`;
  expect(value(nested(100))).toBe("x");
  expect(value(nested(2_000))).toEqual({ problem: "variables are nested deeper than 100 levels here" });
});

test("a default must be what stands behind the operator, for any name", () => {
  const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/);
  const fallback = fc.stringMatching(/^[a-z0-9 :/.=-]*$/);
  fc.assert(
    fc.property(name, fallback, (variable, text) => {
      expect(interpolate(`\${${variable}:-${text}}`, () => undefined)).toEqual({ value: text, unset: [] });
    }),
  );
});
