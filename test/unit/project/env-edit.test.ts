import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quoteValue } from "../../../src/platform/shell-quote.ts";
import { setVariable } from "../../../src/project/env-edit.ts";
import { parseEnvFile } from "../../../src/project/env-file.ts";

const valuesOf = (text: string): Readonly<Record<string, string | undefined>> => {
  const read = parseEnvFile(text, ".env", () => undefined);
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
