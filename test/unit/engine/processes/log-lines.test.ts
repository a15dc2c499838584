import fc from "fast-check";
import { expect, test } from "vitest";
import { toLines } from "../../../../src/engine/processes/logs.ts";

test("a line's own stamp must become its time and stream", () => {
  expect(
    toLines(
      [
        "2026-11-23T07:39:24.123Z err went wrong",
        "2026-11-23 07:39:24.124 UTC [12] LOG:  ready",
        "2026-11-23T07:39:24.125Z out fine\r",
      ],
      "",
    ).map(({ sortAt: _, ...line }) => line),
  ).toEqual([
    { stream: "stderr", at: "2026-11-23T07:39:24.123Z", line: "went wrong" },
    { stream: "stdout", at: "2026-11-23T07:39:24.124Z", line: "[12] LOG:  ready" },
    { stream: "stdout", at: "2026-11-23T07:39:24.125Z", line: "fine" },
  ]);
});

test("a line without a stamp must have no time, and stay behind the line before it", () => {
  const [first, second, third] = toLines(["early", "2026-11-23T07:39:24.123Z out a", "  more of a"], "");
  expect(first).toMatchObject({ at: null, line: "early", sortAt: "" });
  expect(second).toMatchObject({ line: "a" });
  expect(third).toMatchObject({ at: null, line: "  more of a", sortAt: "2026-11-23T07:39:24.123Z" });
});

test("any text must come through whole", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const line = text.replaceAll(/[\r\n]/g, "");
      expect(toLines([line], "")[0]?.line).toBe(line);
      expect(toLines([`2026-11-23T07:39:24.123Z out ${line}`], "")[0]).toMatchObject({ stream: "stdout", line });
    }),
  );
});
