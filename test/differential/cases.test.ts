import { expect, test } from "vitest";
import { refusedCases, sameCases } from "./cases.ts";
import { ours, place, theirs } from "./compose.ts";
import { normalised } from "./normalise.ts";

test.concurrent.for(Object.entries(sameCases))("must be read as Compose reads it: %s", async ([, one], context) => {
  const question = place(one, context);
  const [mine, composes] = await Promise.all([ours(question), theirs(question)]);
  expect(composes).not.toHaveProperty("refused");
  expect(mine).not.toHaveProperty("refused");
  if ("config" in mine && "config" in composes) expect(normalised(mine.config)).toBe(normalised(composes.config));
});

test.concurrent.for(Object.entries(refusedCases))(
  "must be refused as Compose refuses it: %s",
  async ([, one], context) => {
    const question = place(one, context);
    expect(await theirs(question)).toHaveProperty("refused");
    expect(await ours(question)).toHaveProperty("refused");
  },
);
