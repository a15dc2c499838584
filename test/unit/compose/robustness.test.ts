import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { GoatError } from "../../../src/errors/goat-error.ts";
import { loadText } from "../../support/load-compose.ts";

const shipped = readFileSync(new URL("../../../dev/docker-compose.yml", import.meta.url), "utf8");

const codeOf = (text: string): string | undefined => {
  try {
    loadText(text);
    return undefined;
  } catch (error) {
    if (error instanceof GoatError) return error.code;
    throw error;
  }
};

const rubbish = fc.constantFrom(
  "",
  "\n",
  ":",
  "- ",
  "{",
  "]",
  "&a ",
  "*a",
  "<<: ",
  "${",
  "!!int ",
  "~",
  '"',
  "? ",
  "| ",
  "\t",
  "#",
  "0",
  "[]",
  "{}",
);

test("no damage to the file must end in anything but mistakes with their places", () => {
  const position = fc.nat(shipped.length);
  fc.assert(
    fc.property(position, fc.nat(60), fc.array(rubbish, { maxLength: 4 }), (start, length, tokens) => {
      const damaged = shipped.slice(0, start) + tokens.join("") + shipped.slice(start + length);
      expect([undefined, "compose-invalid", "dependency-cycle"]).toContain(codeOf(damaged));
    }),
    { numRuns: 80 },
  );
});

test("any value in any place of a service must be read or refused", () => {
  const keys = /^ {4}([a-z_]+):/gm;
  const names = [...new Set([...shipped.matchAll(keys)].map((match) => match[1] ?? ""))];
  const value = fc.constantFrom(
    "",
    "x",
    "1",
    "true",
    "[]",
    "{}",
    "[1]",
    "[{}]",
    "[[]]",
    "{ a: 1 }",
    "{ a: {} }",
    "{ a: [] }",
    "1.5",
    "~",
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...names, "tmpfs", "labels", "networks", "expose", "mem_limit", "profiles"),
      value,
      (name, text) => {
        const image = name === "image" ? "" : "image: x, ";
        expect([undefined, "compose-invalid", "dependency-cycle"]).toContain(
          codeOf(`services: { a: { ${image}${name}: ${text} } }`),
        );
      },
    ),
    { numRuns: 150 },
  );
});

test("names that JavaScript's objects know must be names like any other", () => {
  const { stack } = loadText(`
services:
  constructor: { image: x, environment: { __proto__: a, toString: b }, labels: { __proto__: c }, volumes: ["valueOf:/v"] }
volumes: { valueOf: }
`);
  const [service] = stack.services;
  expect(Object.entries(service?.environment ?? {})).toEqual([
    ["__proto__", "a"],
    ["toString", "b"],
  ]);
  expect(Object.keys(service?.run.docker?.labels ?? {})).toEqual(["__proto__"]);
  expect(codeOf("services: { a: { image: x, constructor: 1 } }")).toBe("compose-invalid");
});
