import fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance, nearest } from "../../../src/model/nearest.ts";

test("a misspelt word must find its neighbour, a foreign one nothing", () => {
  const commands = ["up", "down", "restart", "status", "logs", "doctor"];
  expect(nearest("statsu", commands)).toBe("status");
  expect(nearest("restrat", commands)).toBe("restart");
  expect(nearest("UP", commands)).toBe("up");
  expect(nearest("doc", commands)).toBe("doctor");
  expect(nearest("deploy", commands)).toBeUndefined();
  expect(nearest("", commands)).toBeUndefined();
});

test("the distance between words must be a distance", () => {
  const word = fc.stringMatching(/^[abc]{0,6}$/);
  fc.assert(
    fc.property(word, word, (left, right) => {
      expect(editDistance(left, right)).toBe(editDistance(right, left));
      expect(editDistance(left, right) === 0).toBe(left === right);
      expect(editDistance(left, right)).toBeLessThanOrEqual(Math.max(left.length, right.length));
    }),
  );
});
