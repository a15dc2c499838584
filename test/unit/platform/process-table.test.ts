import { expect, test } from "vitest";
import {
  allProcesses,
  findProcesses,
  type ProcessRow,
  parsePs,
  parseStat,
  residentBytes,
  withDescendants,
} from "../../../src/platform/process-table.ts";

const stat = (name: string, state: string, threads = 1): string =>
  `42 (${name}) ${state} 7 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 ${threads} 0 998877 1234 55 18446744073709551615`;

test("a process's name with brackets and spaces must not be taken for its fields", () => {
  const row = {
    pid: 42,
    parent: 7,
    group: 42,
    startTime: "998877",
    isOver: false,
    isStopped: false,
    residentBytes: null,
  };
  expect(parseStat(42, stat("sh", "S"))).toEqual(row);
  expect(parseStat(42, stat("a) R 1 (b", "R"))).toEqual(row);
});

test("a process that has ended must be known for one, and half a line for none", () => {
  expect(parseStat(42, stat("sh", "Z"))).toMatchObject({ startTime: "998877", isOver: true });
  expect(parseStat(42, "42 (sh) S 7")).toBeUndefined();
  expect(parseStat(42, "")).toBeUndefined();
});

test("a process that a signal has stopped must be known for one, and one that a debugger holds for none", () => {
  expect(parseStat(42, stat("sh", "T"))).toMatchObject({ isOver: false, isStopped: true });
  expect(parseStat(42, stat("sh", "t"))).toMatchObject({ isStopped: false });
});

test("a process whose first thread has ended must count as running while others live", () => {
  expect(parseStat(42, stat("java", "Z", 2))).toMatchObject({ isOver: false });
});

const ids = (pid: number, parent: number) => ({ pid, parent, group: 501 });

test("the lines of ps must be read with their start times, the ended and the stopped marked", () => {
  const text = [
    "  501     1   501   2048 Ss   Mon Nov 23 07:39:24 2026",
    "  502   501   501      0 Z    Mon Nov 23 07:39:25 2026",
    "  503   501   501      1 Tl   Mon Nov 23 07:39:26 2026",
    "",
  ].join("\n");
  expect(parsePs(text)).toEqual([
    {
      ...ids(501, 1),
      startTime: "Mon Nov 23 07:39:24 2026",
      isOver: false,
      isStopped: false,
      residentBytes: 2_097_152,
    },
    { ...ids(502, 501), startTime: "Mon Nov 23 07:39:25 2026", isOver: true, isStopped: false, residentBytes: 0 },
    { ...ids(503, 501), startTime: "Mon Nov 23 07:39:26 2026", isOver: false, isStopped: true, residentBytes: 1024 },
  ]);
});

const row = (pid: number, parent: number, group: number): ProcessRow => ({
  pid,
  parent,
  group,
  startTime: "1",
  isOver: false,
  isStopped: false,
  residentBytes: null,
});

test("a process's family must hold its group and whatever it started, however deep, and nobody else", () => {
  const rows = [row(13, 12, 13), row(10, 1, 10), row(11, 10, 10), row(12, 11, 12), row(20, 1, 20), row(14, 1, 10)];
  expect(
    withDescendants(rows, 10)
      .map(({ pid }) => pid)
      .sort(),
  ).toEqual([10, 11, 12, 13, 14]);
});

test("this process must be found, with memory, and one that never was must not", async () => {
  const [self, ...others] = await findProcesses([process.pid, 2 ** 22 + 1]);
  expect(self).toMatchObject({ pid: process.pid, parent: process.ppid });
  expect(others).toEqual([]);
  expect((await allProcesses()).filter(({ pid }) => pid === process.pid)).toEqual([self]);
  if (self !== undefined) expect(residentBytes([self])).toBeGreaterThan(1_000_000);
});
