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

test.each([
  ["a check mark as text", "✔", 1],
  ["a check mark as emoji", "✅", 2],
  ["a character outside the basic plane", "𠮷", 2],
  ["half-width Katakana", "ｱ", 1],
  ["a full-width letter", "Ａ", 2],
  ["a letter with its accents beside it", "e\u0301\u0323", 1],
  ["Hangul in pieces", "\u1112\u1161\u11ab", 2],
  ["a family of joined people", "👩‍👩‍👧", 2],
  ["a waving hand with its colour", "👋🏽", 2],
  ["a heart as text", "❤", 1],
  ["a heart as emoji", "❤\ufe0f", 2],
  ["a key's cap", "1\ufe0f\u20e3", 2],
  ["a flag", "🇩🇪", 2],
  ["a joiner alone", "\u200d", 0],
  ["a bell", "\u0007", 0],
  ["a word in colour", paint("green", "ready"), 5],
])("%s must count as what it takes on a terminal", (_what, text, width) => {
  expect(visibleWidth(text)).toBe(width);
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
