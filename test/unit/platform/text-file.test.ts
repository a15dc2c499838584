import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, closeSync, constants, openSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readEnvText } from "../../../src/platform/env-text.ts";
import { interpolate } from "../../../src/platform/interpolate.ts";
import { readTextFile, readTextIfThere } from "../../../src/platform/text-file.ts";
import { errorOf } from "../../support/load-compose.ts";
import { oddFiles } from "../../support/odd-files.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

test.each(Object.entries(oddFiles))(
  "a %s in a text file's place must be named, and never waited for",
  async (_name, odd) => {
    const path = join(tempFolder(), "it");
    await odd.make(path);
    expect(readTextFile(path)).toEqual({ state: "unusable", why: odd.says });
    expect(errorOf(() => readTextIfThere(path))).toMatchObject({
      code: "file-unreadable",
      exitCode: 2,
      message: `${path} ${odd.says}`,
    });
  },
);

test("a file that only others may read must be named as such", () => {
  const folder = writeFiles(tempFolder(), { it: "A=1" });
  chmodSync(folder, 0o755);
  chmodSync(join(folder, "it"), 0o000);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  const read = readTextFile(join(folder, "it"));
  if (isRoot) process.seteuid?.(0);
  expect(read).toEqual({ state: "unusable", why: "may not be read by you (permission denied)" });
});

test("what is not there must be missing, and a link to nothing be told as that", () => {
  const folder = writeFiles(tempFolder(), { file: "x" });
  symlinkSync("nowhere", join(folder, "dangling"));
  for (const name of ["none", "none/below", "file/below"]) {
    expect(readTextFile(join(folder, name))).toEqual({ state: "missing" });
    expect(readTextIfThere(join(folder, name))).toBeUndefined();
  }
  const why = "is a link to nowhere, which is not there";
  expect(readTextFile(join(folder, "dangling"))).toEqual({ state: "unusable", why });
});

test("UTF-16 must be told as that without its mark, too", () => {
  const folder = writeFiles(tempFolder(), {});
  const text = Buffer.from("A=1\nB=2\n", "utf16le");
  for (const bytes of [text, Buffer.from(text).swap16()]) {
    writeFileSync(join(folder, "wide"), bytes);
    expect(readTextFile(join(folder, "wide"))).toEqual({ state: "unusable", why: "is UTF-16: save it as UTF-8" });
  }
});

test("a path that can be none must be named in one line", () => {
  expect(errorOf(() => readTextIfThere("/a\0b\n")).message).toBe(
    "/a\\x00b\\x0a holds a NUL character, which no file's name can",
  );
  expect(errorOf(() => readTextIfThere(`/${"a".repeat(300)}`)).message).toContain("is too long for a file's name");
  expect(errorOf(() => readTextIfThere(`/${"a/".repeat(5_000)}`)).message).toContain("is too long for a file's name");
});

test("text must come as it is: empty, with its mark, of one megabyte, and through links", () => {
  const folder = writeFiles(tempFolder(), { empty: "", marked: "\ufeffé\r\n", large: "x".repeat(1024 * 1024) });
  symlinkSync("marked", join(folder, "link"));
  expect(readTextIfThere(join(folder, "empty"))).toBe("");
  expect(readTextIfThere("/dev/null")).toBe("");
  expect(readTextIfThere(join(folder, "link"))).toBe("\ufeffé\r\n");
  expect(readTextIfThere(join(folder, "large"))?.length).toBe(1024 * 1024);
});

test("a pipe that somebody writes to must be read to its end, as for --env-file <(…)", async () => {
  const path = join(tempFolder(), "pipe");
  await oddFiles["fifo"]?.make(path);
  // Open at both ends from the beginning, as the shell hands it over.
  const kept = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const end = openSync(path, "r+");
  const writer = spawn("sh", ["-c", "printf A=1; printf '\\nB=%020000d' 2"], { stdio: ["ignore", end, "inherit"] });
  closeSync(end);
  await once(writer, "spawn");
  expect(readTextFile(path)).toEqual({ state: "text", text: `A=1\nB=${"2".padStart(20_000, "0")}` });
  closeSync(kept);
});

/** Whatever it is made of, in pieces that readers take for something, in lines long and many. */
const anyText = fc
  .array(
    fc.record({
      piece: fc.oneof(
        fc.constantFrom(
          "A=",
          "export ",
          "'",
          '"',
          "\\",
          "${A:-",
          "${A",
          "}",
          "$",
          "#",
          " ",
          "\t",
          ": ",
          "- ",
          "[",
          "{",
          "&a ",
          "*a",
          "\n",
          "\r",
          "\u00a0",
          "é",
          "|",
          ">",
          "!!",
          "? ",
        ),
        fc.string({ maxLength: 4 }),
      ),
      times: fc.constantFrom(1, 1, 1, 2, 500, 20_000),
    }),
    { maxLength: 8 },
  )
  .map((parts) =>
    parts
      .map(({ piece, times }) => piece.repeat(times))
      .join("")
      .replaceAll("\0", ""),
  );

test("no text must make the readers of env files and of variables throw or go on for ever", () => {
  const path = join(tempFolder(), "it");
  fc.assert(
    fc.property(anyText, (written) => {
      writeFileSync(path, written);
      const text = readTextIfThere(path) ?? "";
      expect(readEnvText(text, () => undefined).lines).toBeDefined();
      expect(interpolate(text, () => undefined)).toBeDefined();
    }),
    { numRuns: 60 },
  );
});

test("no bytes must make the reader throw", () => {
  const path = join(tempFolder(), "it");
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      writeFileSync(path, bytes);
      expect(["text", "unusable"]).toContain(readTextFile(path).state);
    }),
  );
});
