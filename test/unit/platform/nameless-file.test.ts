import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { withNamelessFile } from "../../../src/platform/files.ts";
import { run } from "../../../src/platform/process.ts";
import { tempFolder } from "../../support/temp.ts";

const signal = new AbortController().signal;
const env = { PATH: process.env["PATH"] ?? "" };

test("a nameless file must be whole for the program that gets it as its input, and be in no folder meanwhile", async () => {
  const folder = tempFolder();
  const text = "a secret\n".repeat(10_000);
  const seen = await withNamelessFile(folder, text, async (inputFd) => {
    expect(readdirSync(folder)).toEqual([]);
    const script =
      "const fs = require('fs'); const { mode } = fs.fstatSync(0); process.stdout.write(String(fs.statSync('/dev/stdin').isFile()) + (mode & 0o777).toString(8) + fs.readFileSync('/dev/stdin', 'utf8'))";
    return run(process.execPath, ["-e", script], { env, signal, inputFd });
  });
  expect(seen.stdout).toBe(`true600${text}`);
});

test("a nameless file must be gone when the work fails", async () => {
  const folder = tempFolder();
  const work = withNamelessFile(folder, "x", async () => {
    throw new Error("no");
  });
  await expect(work).rejects.toThrow("no");
  expect(readdirSync(folder)).toEqual([]);
});

test("a folder that cannot be written must be told by name", async () => {
  const folder = `${tempFolder()}/missing`;
  const work = withNamelessFile(folder, "x", async () => undefined);
  await expect(work).rejects.toMatchObject({ code: "file-unwritable" });
});
