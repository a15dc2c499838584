import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { atomicWrite, isTaken, kindOf } from "../../../src/platform/files.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test("a write must leave the text, the mode and nothing else behind", async () => {
  const folder = tempFolder();
  await atomicWrite(join(folder, "a"), "one", 0o600);
  await atomicWrite(join(folder, "a"), "two", 0o640);
  expect(readFileSync(join(folder, "a"), "utf8")).toBe("two");
  expect(modeOf(join(folder, "a"))).toBe(0o640);
  expect(readdirSync(folder)).toEqual(["a"]);
});

test("a write must go through a link, also to a target that is not there yet", async () => {
  const folder = writeFiles(tempFolder(), { "real/a": "one" });
  symlinkSync("real/a", join(folder, "link"));
  symlinkSync("real/b", join(folder, "dangling"));
  await atomicWrite(join(folder, "link"), "two", 0o600);
  await atomicWrite(join(folder, "dangling"), "three", 0o600);
  expect(readFileSync(join(folder, "real/a"), "utf8")).toBe("two");
  expect(readFileSync(join(folder, "real/b"), "utf8")).toBe("three");
  expect(readdirSync(folder).sort()).toEqual(["dangling", "link", "real"]);
});

test("a write that cannot be must name the file and keep what was there", async () => {
  const folder = writeFiles(tempFolder(), { file: "kept" });
  const path = join(folder, "file", "below");
  await expect(atomicWrite(path, "x", 0o600)).rejects.toMatchObject({
    code: "file-unwritable",
    message: `cannot write ${path}: ENOTDIR`,
  });
  mkdirSync(join(folder, "taken"));
  await expect(atomicWrite(join(folder, "taken"), "x", 0o600)).rejects.toMatchObject({ code: "file-unwritable" });
  expect(readdirSync(folder).sort()).toEqual(["file", "taken"]);
});

test("what is there must be told apart", () => {
  const folder = writeFiles(tempFolder(), { "dir/a": "one" });
  symlinkSync("nowhere", join(folder, "dangling"));
  expect(kindOf(join(folder, "dir"))).toBe("directory");
  expect(kindOf(join(folder, "dir/a"))).toBe("file");
  expect(kindOf(join(folder, "dir/a/b"))).toBe("missing");
  expect(kindOf(join(folder, "dangling"))).toBe("missing");
  expect(kindOf("/a\0b")).toBe("missing");
  expect([isTaken(join(folder, "dangling")), isTaken(join(folder, "none"))]).toEqual([true, false]);
});
