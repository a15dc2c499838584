import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { createTreeHasher, hashTree, treeBounds } from "../../../src/platform/tree-hash.ts";
import { oddFiles } from "../../support/odd-files.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

test("a tree's hash must follow content and names, and neither times nor modes nor the order of making", async () => {
  const first = writeFiles(tempFolder(), { a: "1", "sub/b": "2" });
  const second = writeFiles(tempFolder(), { "sub/b": "2", a: "1" });
  utimesSync(join(second, "a"), 1, 1);
  chmodSync(join(second, "a"), 0o600);
  const hash = await hashTree(first);
  expect(await hashTree(second)).toBe(hash);
  writeFileSync(join(second, "sub/b"), "3");
  expect(await hashTree(second)).not.toBe(hash);
  expect(await hashTree(writeFiles(tempFolder(), { a: "1", "sub/c": "2" }))).not.toBe(hash);
  expect(await hashTree(writeFiles(tempFolder(), { a: "1", sub: "2" }))).not.toBe(hash);
});

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

test("the hash must be the one that containers made by earlier versions carry", async () => {
  const folder = writeFiles(tempFolder(), { "a.b": "2", "a/z": "1", "a/é": "", b: "4" });
  symlinkSync("../b", join(folder, "a/link"));
  symlinkSync("nowhere", join(folder, "dangling"));
  await oddFiles["fifo"]?.make(join(folder, "fifo"));
  const lines = [
    ["", "directory"],
    ["/a", "directory"],
    ["/a/link", sha256("4")],
    ["/a/z", sha256("1")],
    ["/a/é", sha256("")],
    ["/a.b", sha256("2")],
    ["/b", sha256("4")],
    ["/dangling", "missing"],
    ["/fifo", "special"],
  ];
  expect(await hashTree(folder)).toBe(sha256(lines.map(([name, line]) => `${name}\0${line}\0`).join("")));
  expect(await hashTree(join(folder, "b"))).toBe(sha256(`\0${sha256("4")}\0`));
  expect(await hashTree(join(folder, "fifo"))).toBe(sha256("\0special\0"));
});

test.each(Object.entries(oddFiles))("a %s in a tree must not be waited for", async (_name, odd) => {
  const folder = writeFiles(tempFolder(), { a: "1" });
  await odd.make(join(folder, "odd"));
  expect(await hashTree(folder)).toMatch(/^[0-9a-f]{64}$/);
  expect(await hashTree(join(folder, "odd"))).toMatch(/^[0-9a-f]{64}$/);
});

test("a link to a file of the project must count with its content, one that leads out or to a folder by its name", async () => {
  const outside = writeFiles(tempFolder(), { secret: "1" });
  const root = writeFiles(tempFolder(), { "shared/config": "1", "tree/x": "x" });
  symlinkSync("../shared/config", join(root, "tree/file"));
  symlinkSync("../shared", join(root, "tree/folder"));
  symlinkSync(join(outside, "secret"), join(root, "tree/out"));
  symlinkSync("..", join(root, "tree/loop"));
  const hash = () => createTreeHasher({ within: root }).hash(join(root, "tree"));
  const before = await hash();
  appendFileSync(join(outside, "secret"), "2");
  writeFiles(root, { "shared/new": "2" });
  expect(await hash()).toBe(before);
  appendFileSync(join(root, "shared/config"), "2");
  expect(await hash()).not.toBe(before);
  rmSync(join(root, "tree/out"));
  const without = await hash();
  symlinkSync("/etc/hostname", join(root, "tree/out"));
  expect(await hash()).not.toBe(without);
});

test("packages that link to each other must be read once each", async () => {
  const root = tempFolder();
  const names = Array.from({ length: 14 }, (_, index) => `p${index}`);
  for (const name of names) {
    writeFiles(root, { [`packages/${name}/index.js`]: name });
    mkdirSync(join(root, "packages", name, "node_modules"));
    for (const other of names) {
      if (other !== name) symlinkSync(`../../${other}`, join(root, "packages", name, "node_modules", other));
    }
  }
  const hash = await hashTree(join(root, "packages"));
  appendFileSync(join(root, "packages/p3/index.js"), "!");
  expect(await hashTree(join(root, "packages"))).not.toBe(hash);
});

test("a file under several names must count under each", async () => {
  const folder = writeFiles(tempFolder(), { a: "1" });
  linkSync(join(folder, "a"), join(folder, "b"));
  expect(await hashTree(folder)).toBe(await hashTree(writeFiles(tempFolder(), { a: "1", b: "1" })));
});

test("what tools write beside the sources must not count", async () => {
  const folder = writeFiles(tempFolder(), { a: "1" });
  const hash = await hashTree(folder);
  writeFiles(folder, { ".git/index": "1", ".goat-dev/proof.json": "{}" });
  expect(await hashTree(folder)).toBe(hash);
});

const many = (folder: string, count: number): string => {
  for (let index = 0; index < count; index += 1) {
    const path = join(folder, `d${index % 40}`, `f${index}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
  }
  return folder;
};

test("beyond the bounds size and time must count, then nothing, and the nearest to the top first", async () => {
  const folder = many(tempFolder(), treeBounds.files + 10);
  const last = join(folder, "d9", "f9");
  utimesSync(last, 1, 1);
  const hash = await hashTree(folder);
  utimesSync(last, 2, 2);
  const touched = await hashTree(folder);
  expect(touched).not.toBe(hash);
  writeFiles(folder, { "d0/deep/deeper/deepest": "1" });
  const deep = await hashTree(folder);
  expect(deep).not.toBe(touched);
  many(folder, treeBounds.entries);
  const full = await hashTree(folder);
  writeFiles(folder, { "d0/deep/deeper/deepest": "22" });
  expect(await hashTree(folder)).toBe(full);
  writeFiles(folder, { top: "1" });
  expect(await hashTree(folder)).not.toBe(full);
});

test("a signal must end it at once, with its reason", async () => {
  const folder = many(tempFolder(), 500);
  const abort = new AbortController();
  const hashing = createTreeHasher({ within: folder, signal: abort.signal }).hash(folder);
  abort.abort(new DOMException("interrupted", "AbortError"));
  await expect(hashing).rejects.toMatchObject({ name: "AbortError" });
});

test("a tree that vanishes while it is read must have a hash all the same", async () => {
  const folder = many(join(tempFolder(), "tree"), 500);
  const hashing = hashTree(folder);
  await new Promise((resolve) => setImmediate(resolve));
  renameSync(folder, `${folder}-gone`);
  expect(await hashing).toMatch(/^[0-9a-f]{64}$/);
  expect(await hashTree(folder)).toMatch(/^[0-9a-f]{64}$/);
});
