import { expect, test } from "vitest";
import { ours, place, theirs } from "./compose.ts";
import { normalised } from "./normalise.ts";
import { shapes } from "./shapes.ts";

const all = Object.entries(shapes);

test.concurrent.for(all)(
  "a stack in this shape must be read as Compose reads it, or refused by name: %s",
  async ([, shape], context) => {
    const question = place(shape, context);
    const mine = await ours(question);
    if (shape.refused !== undefined) {
      expect(mine).toHaveProperty("refused");
      return;
    }
    const composes = await theirs(question);
    expect(mine).not.toHaveProperty("refused");
    if (!("config" in mine && "config" in composes)) throw new Error(JSON.stringify(composes));
    expect(normalised(mine.config)).toBe(normalised(composes.config));
  },
);

test("50 of the 58 shapes must be read as they are", () => {
  const refused = all.filter(([, shape]) => shape.refused !== undefined);
  expect([all.length, all.length - refused.length >= 50]).toEqual([58, true]);
});
