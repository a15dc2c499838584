import fc from "fast-check";
import { expect, test } from "vitest";
import { createPaint, padTo, tame, visibleWidth } from "../../../src/platform/style.ts";
import { renderPairs, renderTable } from "../../../src/platform/table.ts";

const paint = createPaint(true);

test("columns must be aligned by what is seen, not by bytes", () => {
  const rows = [
    ["postgres", paint("green", "ready"), "48 MB"],
    ["日本", "✔", ""],
  ];
  const lines = renderTable(["SERVICE", "STATE", "MEMORY"], rows).split("\n");
  expect(lines.map((line) => line.replace(paint("green", "ready"), "ready"))).toEqual([
    "  SERVICE   STATE  MEMORY",
    "  postgres  ready  48 MB",
    "  日本      ✔",
  ]);
});

test("pairs must align their texts", () => {
  expect(
    renderPairs([
      ["Gateway", "http://localhost:4000/v1"],
      ["Traces", "x"],
    ]),
  ).toBe("  Gateway   http://localhost:4000/v1\n  Traces    x");
});

test("padding must never shorten, and reach the width asked for", () => {
  fc.assert(
    fc.property(fc.string(), fc.nat({ max: 40 }), (text, width) => {
      const padded = padTo(text, width);
      expect(padded.startsWith(text)).toBe(true);
      expect(visibleWidth(padded)).toBe(Math.max(width, visibleWidth(text)));
    }),
  );
});

test("foreign text must not move the cursor; colours stay only where colours are wanted", () => {
  const foreign = "\u001b[31mred\u001b[0m\u001b[2J\u001b[1A\u0007\rdone\ttab";
  expect(tame(foreign, false)).toBe("reddone\ttab");
  expect(tame(foreign, true)).toBe("\u001b[31mred\u001b[0mdone\ttab\u001b[0m");
});
