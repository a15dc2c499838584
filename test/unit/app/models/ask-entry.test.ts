import { expect, test } from "vitest";
import type { Ask } from "../../../../src/app/app.ts";
import { askForEntry } from "../../../../src/app/models/add.ts";

const person = (answers: readonly string[]): { readonly ask: Ask; readonly asked: string[] } => {
  const asked: string[] = [];
  const next = async (message: string): Promise<string> => answers[asked.push(message) - 1] ?? "";
  return { asked, ask: { select: next, secret: next, input: next, confirm: async () => true } };
};

test("models add must ask for what was left out, and for nothing else", async () => {
  const nothing = person(["anthropic", "claude-sonnet-4-5", "claude"]);
  expect(await askForEntry(nothing.ask, undefined, undefined)).toEqual({
    name: "claude",
    route: "anthropic/claude-sonnet-4-5",
  });
  expect(nothing.asked).toHaveLength(3);

  const route = person(["groq", "x"]);
  expect(await askForEntry(route.ask, "mine", undefined)).toEqual({ name: "mine", route: "groq/x" });

  const name = person(["mine"]);
  expect(await askForEntry(name.ask, undefined, "groq/x")).toEqual({ name: "mine", route: "groq/x" });
  expect(name.asked[0]).toContain("such as x");
});
