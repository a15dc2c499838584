import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLogFile } from "../../../src/recorder/log-file.ts";
import { tempFolder } from "../../support/temp.ts";

const now = (): Date => new Date("2026-11-23T07:00:00.123Z");

const open = (limitBytes: number) => {
  const folder = join(tempFolder(), "logs");
  const path = join(folder, "service.log");
  const log = openLogFile({ path, limitBytes, keep: 2, now });
  return { folder, path, log };
};

test("must stamp every line with its time and stream", () => {
  const { path, log } = open(1_000);
  log("out", "one\ntwo");
  log("err", "three");
  const at = "2026-11-23T07:00:00.123Z";
  expect(readFileSync(path, "utf8")).toBe(`${at} out one\n${at} out two\n${at} err three\n`);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("must keep the newest lines in a few small files", () => {
  const { folder, log } = open(100);
  for (let count = 0; count < 50; count += 1) log("out", `line ${count}`);
  expect(readdirSync(folder).sort()).toEqual(["service.1.log", "service.2.log", "service.log"]);
  const texts = ["service.2.log", "service.1.log", "service.log"].map((name) =>
    readFileSync(join(folder, name), "utf8"),
  );
  expect(texts.every((text) => text.length <= 100)).toBe(true);
  const numbers = texts.join("").match(/(?<=line )\d+/g);
  expect(numbers?.at(-1)).toBe("49");
  expect(numbers).toEqual(numbers?.map((_, index) => String(50 - numbers.length + index)));
});

test("must go on in a file that is there, and count what it holds", () => {
  const { folder, path, log } = open(100);
  log("out", "before");
  const again = openLogFile({ path, limitBytes: 60, keep: 2, now });
  again("out", "after");
  expect(readFileSync(join(folder, "service.1.log"), "utf8")).toContain("before");
  expect(readFileSync(path, "utf8")).toContain("after");
});
