import fc from "fast-check";
import { expect, test } from "vitest";
import { readEnvText } from "../../../src/platform/env-text.ts";
import { parseEnvFile } from "../../../src/project/env-file.ts";

const shell: Readonly<Record<string, string>> = { SHELL_VAR: "from-shell", A_SHELL: "shell wins" };
const read = (text: string) => parseEnvFile(text, ".env", (name) => shell[name]);

// The answers are Compose's own (`docker compose --env-file`).
test.each([
  ["A=1", { A: "1" }],
  ["A = b ", { A: "b" }],
  ["A=   # note\nB=2", { A: "# note", B: "2" }],
  ["A=a # note", { A: "a" }],
  ["A=a#b", { A: "a#b" }],
  ["A=a\t#b", { A: "a\t#b" }],
  ["A=", { A: "" }],
  ["A=x=y:z", { A: "x=y:z" }],
  ["A: b\nB:c", { A: "b", B: "c" }],
  ["export A=1\nexport\tB=2", { A: "1", B: "2" }],
  ["export=1\nexportA=2", { export: "1", exportA: "2" }],
  ["A=$SHELL_VAR-${NO:-d}", { A: "from-shell-d" }],
  ["A=1\nB=$A$A", { A: "1", B: "11" }],
  ["A_SHELL=file\nB=$A_SHELL", { A_SHELL: "file", B: "shell wins" }],
  ["A=1$\nB=$1\nC=$$A", { A: "1$", B: "$1", C: "$A" }],
  ["A=\\$SHELL_VAR", { A: "\\from-shell" }],
  ["A='$SHELL_VAR # x'", { A: "$SHELL_VAR # x" }],
  ["A='it\\'s'", { A: "it's" }],
  ["A='a\\nb'", { A: "a\\nb" }],
  ['A="a\\nb\\tc"', { A: "a\nb\tc" }],
  ['A="\\\\n \\" \\$SHELL_VAR"', { A: '\\n " $SHELL_VAR' }],
  ['A="\\0101 \\x41 \\c"', { A: "A \\x41 \\c" }],
  ['A="x\\\\"\nB=1', { A: "x\\", B: "1" }],
  ['A="a #b" # note', { A: "a #b" }],
  ['A=a"b" # c', { A: 'a"b"' }],
  ['A="one\ntwo $SHELL_VAR"\nB=2', { A: "one\ntwo from-shell", B: "2" }],
  ["A='one\ntwo'\nB=2", { A: "one\ntwo", B: "2" }],
  ["A=`x`", { A: "`x`" }],
  ["A=1\r\nB='2'\r\n", { A: "1", B: "2" }],
  ["\uFEFFA=1", { A: "1" }],
  ["# note\n\n  \n  A=1\n", { A: "1" }],
  ["A=1\nA=2", { A: "2" }],
  ["SHELL_VAR\nNO_VAR\nB=1", { SHELL_VAR: "from-shell", B: "1" }],
  ["1A=1\nA-B=2\nA.B=3\nÉ=4", { "1A": "1", "A-B": "2", "A.B": "3", É: "4" }],
  ["A=\u00a0b\u00a0", { A: "b" }],
])("%j is read as Compose reads it", (text, variables) => {
  expect(read(text)).toMatchObject({ variables, mistakes: [] });
});

test("every assignment must know its line, also behind a value of several lines", () => {
  expect(read("# note\nA=1\n\nB='one\ntwo'\nexport C=3\nA=4\n").lines).toEqual({ A: 7, B: 4, C: 6 });
});

test.each([
  ["A=1\nno equals sign", 2, "there is no = here"],
  ["=hunter2", 1, "there is no name before the ="],
  ["A B=hunter2", 1, "a name may hold letters, digits, _, . and -"],
  ["A/B=hunter2", 1, "a name may hold letters, digits, _, . and -"],
  ["\n\nA='hunter2\nB=1", 3, "the quote of A is not closed"],
  ['A="hunter2"hunter3', 1, "something follows the closing quote of A"],
  ["A=${hunter2\n", 1, "A: a $ here begins no variable that can be read; write $$ for a plain $"],
  ["A=${NO:?hunter2}", 1, "A: a variable in it has to be set"],
])("%j must be named by its line", (text, line, message) => {
  expect(read(text).mistakes).toEqual([{ line, message }]);
});

test("one mistake must not hide the lines behind it", () => {
  expect(read("bad line\nA=1\nB='open\nC=3")).toEqual({
    variables: { A: "1", C: "3" },
    lines: { A: 2, C: 4 },
    mistakes: [
      { line: 1, message: "there is no = here" },
      { line: 3, message: "the quote of B is not closed" },
    ],
  });
});

const text = fc
  .array(
    fc.constantFrom("A", "=", ":", " ", "\n", "'", '"', "\\", "$A", "${", "}", "#", " #", "export ", "\r\n", "x", "`"),
  )
  .map((tokens) => tokens.join(""));

test("dotenv and the reader for what it does not know must agree", () => {
  fc.assert(
    fc.property(text, (source) => {
      expect(read(source)).toEqual(readEnvText(source, (name) => shell[name]));
    }),
  );
});

test("no mistake must show a value", () => {
  const secret = "hunter2hunter2";
  const around = fc.constantFrom("=", "'", '"', "$", "${NO", "}", ":?", " ", "x", ":", "#", "\\");
  fc.assert(
    fc.property(fc.array(around), fc.array(around), (before, after) => {
      const { mistakes } = read(`NAME=${before.join("")}${secret}${after.join("")}\n`);
      expect(JSON.stringify(mistakes)).not.toContain(secret);
    }),
  );
});

test("a value in single quotes must come back as it was", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (value) => {
      fc.pre(!/['\\]/.test(value));
      expect(read(`A='${value}'`).variables).toEqual({ A: value });
    }),
  );
});
