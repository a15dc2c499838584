import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder } from "../../support/temp.ts";

const loader = join(import.meta.dirname, "../../../bin/load.js");

const program = (folder: string, words: string): string => {
  const file = join(folder, "main.js");
  writeFileSync(
    file,
    'process.stdout.write(require("./words-Ab3_x-9Z.js").words + typeof require("node:fs").statSync);',
  );
  writeFileSync(join(folder, "words-Ab3_x-9Z.js"), `exports.words = ${JSON.stringify(words)};`);
  return file;
};

const run = (file: string, cache: string, env: Readonly<Record<string, string>> = {}): string =>
  execFileSync(process.execPath, ["-e", `require(${JSON.stringify(loader)}).load(${JSON.stringify(file)})`], {
    env: { XDG_CACHE_HOME: cache, ...env },
    encoding: "utf8",
  });

const kept = (cache: string): readonly string[] =>
  readdirSync(join(cache, "goat-dev", "code"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

const codeFolder = (cache: string): string =>
  join(cache, "goat-dev", "code", `v${process.versions.node}-${process.arch}`);

test("compiled code must be kept where only its owner can come to it", () => {
  const folder = tempFolder();
  const file = program(folder, "one ");
  expect(run(file, folder)).toBe("one function");
  expect(kept(folder).length).toBeGreaterThan(0);
  expect(statSync(codeFolder(folder)).mode & 0o777).toBe(0o700);
  expect(run(file, folder)).toBe("one function");
});

test("a file that was edited by hand must run as it is now, even where its length did not change", () => {
  const folder = tempFolder();
  const file = program(folder, "one ");
  run(file, folder);
  program(folder, "two ");
  expect(run(file, folder)).toBe("two function");
});

test("a file whose name has no hash must not be kept: npm gives every version's files the same time", () => {
  const folder = tempFolder();
  run(program(folder, "one "), folder);
  expect(kept(folder).map((path) => basename(path))).toEqual([expect.stringMatching(/^words-Ab3_x-9Z\.js-/)]);
});

test("damaged kept code must be compiled anew", () => {
  const folder = tempFolder();
  const file = program(folder, "one ");
  run(file, folder);
  for (const path of kept(folder)) writeFileSync(path, "no code at all");
  expect(run(file, folder)).toBe("one function");
});

test("a folder that others may write to must be neither read nor written", () => {
  const folder = tempFolder();
  const file = program(folder, "one ");
  run(file, folder);
  const before = kept(folder);
  for (const path of before) writeFileSync(path, "not ours");
  chmodSync(codeFolder(folder), 0o777);
  expect(run(file, folder)).toBe("one function");
  expect(kept(folder)).toEqual(before);
});

test("a program must run where nothing can be kept, and where nothing shall be", () => {
  const folder = tempFolder();
  const file = program(folder, "one ");
  expect(run(file, file)).toBe("one function");
  expect(run(file, folder, { NODE_DISABLE_COMPILE_CACHE: "1" })).toBe("one function");
  expect(readdirSync(folder).toSorted()).toEqual(["main.js", "words-Ab3_x-9Z.js"]);
});
