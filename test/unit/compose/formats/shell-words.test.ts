import fc from "fast-check";
import { expect, test } from "vitest";
import { parseShellWords } from "../../../../src/compose/formats/shell-words.ts";

const words = (...list: readonly string[]) => ({ words: list, dropped: "" });

test.each([
  ["sh -c 'a b'", words("sh", "-c", "a b")],
  ["echo 'a b' \"c d\" e\\ f $HOME", words("echo", "a b", "c d", "e f", "$HOME")],
  ["  a \t b\n", words("a", "b")],
  ["", words()],
  ["a '' b", words("a", "", "b")],
  ["a\"b\"'c'", words("abc")],
  ['\'a\\b\' "a\\"b"', words("a\\b", 'a"b')],
  ["echo $(date +%s) `id -u`", words("echo", "$(date +%s)", "`id -u`")],
  ["a=b --c=d", words("a=b", "--c=d")],
])("%j is cut as Compose cuts it", (line, expected) => {
  expect(parseShellWords(line)).toEqual(expected);
});

test.each([
  ["a && b", ["a"], "&& b"],
  ["a; b", ["a"], "; b"],
  ["a 2>err", ["a"], ">err"],
  ["a 'x|y' | b", ["a", "x|y"], "| b"],
])("%j must say what Compose drops", (line, expected, dropped) => {
  expect(parseShellWords(line)).toEqual({ words: expected, dropped });
});

test.each(["a 'b", 'a "b', "a \\", "a (b", "a `b", "a )"])("%j is refused", (line) => {
  expect(parseShellWords(line)).toEqual({ problem: "quotes or brackets are not closed" });
});

test("quoted words must come back as they were", () => {
  const quote = (word: string): string => `"${word.replaceAll(/["\\]/g, "\\$&")}"`;
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" })), (list) => {
      expect(parseShellWords(list.map(quote).join(" "))).toEqual(words(...list));
    }),
  );
});
