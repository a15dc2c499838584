import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { missingIgnoreLines, withIgnoreLines } from "../../../src/app/init/plan.ts";
import { tempFolder } from "../../support/temp.ts";

const line = fc.constantFrom(
  ".env",
  "!.env",
  "/.env",
  ".env*",
  ".env.*",
  "!.env.example",
  ".goat-dev",
  "/.goat-dev/",
  "",
  "# .env",
  "dist/",
  "*.log ",
);
const texts = fc
  .tuple(fc.array(line), fc.constantFrom("\n", "\r\n"), fc.boolean())
  .map(([lines, newline, ended]) => lines.join(newline) + (ended ? newline : ""));

describe("ignore lines", () => {
  test("must be added behind what is there, every byte of it kept, once", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const after = withIgnoreLines(text);
        expect(after.startsWith(text)).toBe(true);
        expect(missingIgnoreLines(after)).toEqual([]);
        expect(withIgnoreLines(after)).toBe(after);
      }),
    );
  });

  test("must make git ignore keys and state, and see the template", () => {
    const folder = tempFolder();
    const git = (...args: readonly string[]): string =>
      execFileSync("git", ["-C", folder, "-c", "core.excludesFile=/dev/null", ...args], { encoding: "utf8" });
    git("init", "--quiet");
    const names = [".env", ".env.example", ".goat-dev/state.json"];
    const check = (text: string): void => {
      writeFileSync(join(folder, ".gitignore"), withIgnoreLines(text));
      expect(
        git("check-ignore", ...names)
          .split("\n")
          .filter(Boolean),
      ).toEqual([".env", ".goat-dev/state.json"]);
    };
    fc.assert(fc.property(texts, check), { numRuns: 40 });
  });

  test.each([
    ["", [".env", ".goat-dev/"]],
    ["node_modules\n.env\n.goat-dev\n", []],
    [".env*\n", [".goat-dev/", "!.env.example"]],
    [".env\n!.env\n", [".env", ".goat-dev/"]],
    ["#.env\n", [".env", ".goat-dev/"]],
  ])("%j must lack %j", (text, missing) => {
    expect(missingIgnoreLines(text)).toEqual(missing);
  });
});
