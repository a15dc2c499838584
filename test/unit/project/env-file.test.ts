import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEnvText } from "../../../src/platform/env-text.ts";
import { quoteValue } from "../../../src/platform/shell-quote.ts";
import {
  commentOf,
  createEnvFile,
  parseEnvFile,
  setVariable,
  unsetVariable,
  updateEnvFile,
} from "../../../src/project/env-file.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

const shell: Readonly<Record<string, string>> = { SHELL_VAR: "from-shell", A_SHELL: "shell wins" };
const read = (text: string) => parseEnvFile(text, (name) => shell[name]);

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
    earlier: {},
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

const valuesOf = (text: string): Readonly<Record<string, string | undefined>> => {
  const read = parseEnvFile(text, () => undefined);
  return Object.fromEntries(Object.entries(read.variables));
};

describe("what is set", () => {
  test.each([
    ["fills an empty assignment", "A=1\nKEY=\nB=2\n", "A=1\nKEY=v\nB=2\n"],
    ["replaces a value and keeps its comment", "KEY=old  # mine\n", "KEY=v  # mine\n"],
    ["replaces a quoted value and keeps its comment", "KEY='a # b' # mine\n", "KEY=v # mine\n"],
    ["replaces a value of several lines whole", 'KEY="a\nKEY=b\n"\nB=2\n', "KEY=v\nB=2\n"],
    ["changes the last assignment, which wins", "KEY=1\nKEY=2\n#KEY=3\n", "KEY=1\nKEY=v\n#KEY=3\n"],
    ["keeps export, indent and spaces", "  export KEY = old\n", "  export KEY = v\n"],
    ["takes an empty value's comment for a comment", "KEY=    # note\n", "KEY=v # note\n"],
    ["uses a commented line", "# KEY=\n# about KEY=x here\nB=2\n", "KEY=v\n# about KEY=x here\nB=2\n"],
    ["appends at the end", "A=1\n", "A=1\nKEY=v\n"],
    ["appends where no line break ends the file", "A=1", "A=1\nKEY=v"],
    ["appends with the file's own line breaks", "A=1\r\nB=2\r\n", "A=1\r\nB=2\r\nKEY=v\r\n"],
    ["replaces between other line breaks", "A=1\r\nKEY=2\r\nB=3\r\n", "A=1\r\nKEY=v\r\nB=3\r\n"],
    ["starts an empty file", "", "KEY=v\n"],
    ["does not take another name for it", "MY_KEY=1\nKEY2=2\n", "MY_KEY=1\nKEY2=2\nKEY=v\n"],
    ["does not look into other values", "A='\nKEY=1\n'\n", "A='\nKEY=1\n'\nKEY=v\n"],
    ["looks behind a byte order mark", "\ufeffKEY=1\n", "\ufeffKEY=v\n"],
  ])("%s", (_what, before, after) => expect(setVariable(before, "KEY", "v")).toBe(after));

  test("an emptied value must not turn its comment into the value", () => {
    const text = setVariable("KEY=old # note\n", "KEY", "");
    expect(text).toBe("KEY='' # note\n");
    expect(valuesOf(text)["KEY"]).toBe("");
  });
});

describe("quoting", () => {
  test.each([
    ["gsk_0123-abc.DEF/+=", "gsk_0123-abc.DEF/+="],
    ["pa$word", "'pa$word'"],
    ["a b", "'a b'"],
    ["a#b", "'a#b'"],
    ['say "hi"', "'say \"hi\"'"],
    ["it's", '"it\'s"'],
    ["it's $5", '"it\'s \\$5"'],
    ["C:\\dir", "'C:\\dir'"],
    ["ends in \\", '"ends in \\\\"'],
    ["two\nlines", "'two\nlines'"],
    ["", ""],
  ])("%j must be written as %j", (value, written) => expect(quoteValue(value)).toBe(written));
});

const value = fc
  .oneof(
    fc.string(),
    fc.stringMatching(/^[\\'"$# a\n={}]{0,12}$/),
    fc.string({
      unit: fc.constantFrom("\u0085", "\u00a0", "\u2028", "\r", "\n", "\\", "'", '"', "$", "#", " ", "a", "{"),
    }),
  )
  .filter((text) => !text.includes("\0"));

const line = fc.oneof(
  fc.constantFrom(
    "",
    "# comment",
    "A=1",
    "B='two # words'",
    'C="x\\"y"',
    "export D=4 # four",
    "  E = 5",
    "F=",
    "#KEY=",
    "KEY=old",
  ),
  fc.stringMatching(/^# [a-z '"=]{0,10}$/),
);
const file = fc
  .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom("\n", "\r\n"), fc.boolean())
  .map(([lines, newline, ended]) => lines.join(newline) + (ended && lines.length > 0 ? newline : ""));

test("what is written must be read back as Compose reads it, and every other variable stay", () => {
  fc.assert(
    fc.property(file, value, (before, wanted) => {
      const after = setVariable(before, "KEY", wanted);
      const { KEY: _before, ...others } = valuesOf(before);
      const { KEY: written, ...kept } = valuesOf(after);
      expect(written).toBe(wanted);
      expect(kept).toEqual(others);
    }),
  );
});

test("setting twice must be setting the second", () => {
  fc.assert(
    fc.property(file, value, value, (before, first, second) => {
      expect(valuesOf(setVariable(setVariable(before, "KEY", first), "KEY", second))["KEY"]).toBe(second);
    }),
  );
});

test("every byte outside the one value must stay", () => {
  fc.assert(
    fc.property(file, file, fc.stringMatching(/^[a-z0-9]{1,8}$/), (above, below, wanted) => {
      const [head, tail] = [above.replaceAll("KEY=", "KEX="), below.replaceAll("KEY=", "KEX=")];
      const text = `${head}\nKEY=some value # why\n${tail}`;
      expect(setVariable(text, "KEY", wanted)).toBe(`${head}\nKEY=${wanted} # why\n${tail}`);
    }),
  );
});

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test("a new .env must be its owner's alone, and never replace one that is there", async () => {
  const path = join(tempFolder(), ".env");
  expect(await createEnvFile(path, "A=1\n")).toBe(true);
  expect(modeOf(path)).toBe(0o600);
  expect(await createEnvFile(path, "A=2\n")).toBe(false);
  expect(readFileSync(path, "utf8")).toBe("A=1\n");
});

test("an edit must close the file to others, and leave a stricter mode", async () => {
  const folder = writeFiles(tempFolder(), { open: "A=1\n", strict: "A=1\n" });
  chmodSync(join(folder, "open"), 0o664);
  chmodSync(join(folder, "strict"), 0o400);
  await updateEnvFile(join(folder, "open"), { A: "2", B: "3" });
  await updateEnvFile(join(folder, "strict"), { A: "2" });
  expect(readFileSync(join(folder, "open"), "utf8")).toBe("A=2\nB=3\n");
  expect([modeOf(join(folder, "open")), modeOf(join(folder, "strict"))]).toEqual([0o600, 0o400]);
});

test("an edit must go through a link and keep it", async () => {
  const folder = writeFiles(tempFolder(), { "secrets/env": "A=1\n" });
  symlinkSync("secrets/env", join(folder, ".env"));
  await updateEnvFile(join(folder, ".env"), { A: "2" });
  expect(lstatSync(join(folder, ".env")).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, "secrets/env"), "utf8")).toBe("A=2\n");
});

test("a .env that cannot be written must be named, without its values", async () => {
  const path = join(writeFiles(tempFolder(), { file: "" }), "file", ".env");
  await expect(createEnvFile(path, "KEY=gsk_1")).rejects.toMatchObject({ code: "file-unwritable" });
  const told: unknown = await updateEnvFile(path, { KEY: "gsk_1" }).catch((error: unknown) => error);
  expect(told).toMatchObject({ code: "file-unwritable", message: expect.stringContaining(path) });
  expect(String(told)).not.toContain("gsk_1");
});

test("a .env that is a folder must be named", async () => {
  const folder = writeFiles(tempFolder(), { ".env/a": "" });
  await expect(updateEnvFile(join(folder, ".env"), { A: "1" })).rejects.toMatchObject({ code: "file-unreadable" });
});

test("a variable that is set and taken out again must leave every byte as it was", () => {
  const line = fc.constantFrom("A=1", "# NEW=", "  #export NEW=x", "# note", "", "B='two\nlines'", "OTHER_NEW=1");
  const texts = fc.tuple(
    fc.constantFrom("", "\ufeff"),
    fc.array(line, { maxLength: 6 }),
    fc.constantFrom("\n", "\r\n"),
    fc.boolean(),
  );
  fc.assert(
    fc.property(texts, fc.string(), ([bom, lines, newline, isEnded], value) => {
      const text =
        bom +
        lines.map((one) => one.replaceAll("\n", newline)).join(newline) +
        (isEnded && lines.length > 0 ? newline : "");
      expect(unsetVariable(setVariable(text, "NEW", value), "NEW", commentOf(text, "NEW"))).toBe(text);
    }),
  );
});
