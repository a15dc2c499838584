import { expect, test } from "vitest";
import { summary, words } from "./assistant.ts";

test("a summary is one sentence", async () => {
  const found = await summary("LiteLLM is a gateway in front of many providers of language models.");
  expect(found).toMatch(/^.+$/);
});

test("an answer comes in pieces", async () => {
  const pieces: string[] = [];
  for await (const piece of words("Why is the sky blue?")) pieces.push(piece);
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join("").trim()).not.toBe("");
});

test("an unknown model is told", async () => {
  await expect(summary("anything", "no-such-model")).rejects.toThrow("no-such-model");
});
