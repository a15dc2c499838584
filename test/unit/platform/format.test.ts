import { expect, test } from "vitest";
import { formatAge, formatBytes, formatDuration, formatMoney } from "../../../src/platform/format.ts";

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [48 * 1024 * 1024, "48 MB"],
  [1024 * 1024 - 1, "1 MB"],
  [1.25 * 1024 ** 3, "1.3 GB"],
  [41 * 1024 ** 3, "41 GB"],
])("%d bytes must read %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  [0, "0 ms"],
  [45.4, "45 ms"],
  [200, "0.2 s"],
  [1234, "1.2 s"],
  [9_960, "10 s"],
  [30_100, "30.1 s"],
  [59_960, "1 min"],
  [125_000, "2 min 5 s"],
])("%d milliseconds must read %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

test.each([
  [-5, "0 s"],
  [5_900, "5 s"],
  [14 * 60_000, "14 min"],
  [2.5 * 3_600_000, "2 h"],
  [3 * 86_400_000, "3 d"],
])("an age of %d milliseconds must read %s", (ms, text) => expect(formatAge(ms)).toBe(text));

test.each([
  [0, "$0"],
  [0.00002, "$0.00002"],
  [0.0000213, "$0.000021"],
  [0.042, "$0.042"],
  [0.42, "$0.42"],
  [12.5, "$12.50"],
])("%d dollars must read %s", (dollars, text) => expect(formatMoney(dollars)).toBe(text));
