import fc from "fast-check";
import { expect, test } from "vitest";
import { createWordStream } from "../../../../src/app/programs/word-stream.ts";

const pieces = fc.array(fc.string({ unit: fc.constantFrom("a", "b", " ", "\n", "é") }));

test("a stream of words must give back the text, its last line ended, and never part a word", () => {
  fc.assert(
    fc.property(pieces, (parts) => {
      const written: string[] = [];
      const words = createWordStream((text) => written.push(text));
      for (const part of parts) words.add(part);
      words.end();
      const text = parts.join("");
      expect(written.join("")).toBe(text === "" || text.endsWith("\n") ? text : `${text}\n`);
      for (const piece of written) expect(piece).toMatch(/\s$/);
    }),
  );
});
