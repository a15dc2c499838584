import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { quoteForFish, quoteForPowerShell, quoteForSh } from "../../../src/platform/shell-quote.ts";

/** What an environment variable can hold. */
const values = fc.oneof(
  fc.string({ unit: "grapheme" }).filter((value) => !value.includes("\0")),
  fc.string({
    unit: fc.constantFrom("'", '"', "\\", "$", "`", " ", "\n", "!", "*", "a", "\u2019", "\u201b", "=", "#"),
  }),
);

test("what is quoted for sh must come back from a real sh", () => {
  const check = (list: readonly string[]): void => {
    const script = list.map((value) => `export V=${quoteForSh(value)}; printf '%s\\0' "$V"`).join("\n");
    const said = execFileSync("/bin/sh", { input: script, encoding: "utf8" });
    expect(said.split("\0").slice(0, -1)).toEqual(list);
  };
  fc.assert(fc.property(fc.array(values, { minLength: 20, maxLength: 60 }), check), { numRuns: 10 });
});

/** Between single quotes fish knows two escapes, of the backslash and of the quote. */
const readFish = (word: string): string | null => {
  const inner = /^'((?:[^\\']|\\[\s\S])*)'$/.exec(word)?.[1];
  return inner === undefined ? null : inner.replace(/\\([\\'])/g, "$1");
};

test("what is quoted for fish must be one word that means the value", () => {
  fc.assert(fc.property(values, (value) => readFish(quoteForFish(value)) === value));
});

/** Between single quotes PowerShell takes two quotes of any kind for the first of them, and one for the end. */
const readPowerShell = (word: string): string | null => {
  const inner = /^'((?:[^'\u2018-\u201b]|['\u2018-\u201b]{2})*)'$/.exec(word)?.[1];
  return inner === undefined ? null : inner.replace(/(['\u2018-\u201b])['\u2018-\u201b]/g, "$1");
};

test("what is quoted for PowerShell must be one word that means the value", () => {
  fc.assert(fc.property(values, (value) => readPowerShell(quoteForPowerShell(value)) === value));
});
