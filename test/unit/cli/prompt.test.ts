import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Ask } from "../../../src/app/app.ts";
import { createAsk } from "../../../src/cli/prompt.ts";
import { createKeyboard } from "../../support/keyboard.ts";
import { createSink, createTerminal } from "../../support/terminal.ts";

const keys = { enter: "\r", down: "\u001b[B", interrupt: "\u0003" } as const;

const setUp = (color = false) => {
  const terminal = createTerminal();
  const keyboard = createKeyboard();
  const leave = new AbortController();
  const ask = createAsk({ stdin: keyboard.stdin, stderr: terminal.stream, color, signal: leave.signal });
  if (ask === null) throw new Error("a terminal must be able to answer");
  const seen = async (text: string): Promise<void> => {
    while (!(await terminal.screen()).includes(text)) await setImmediate();
  };
  const expectRestored = async (): Promise<void> => {
    expect(keyboard.isRaw()).toBe(false);
    expect(await terminal.isCursorHidden()).toBe(false);
  };
  return { terminal, keyboard, ask, leave, seen, expectRestored };
};

const providers = [
  { value: "azure", label: "Azure OpenAI" },
  { value: "groq", label: "Groq" },
];

test("a choice must be answered with its value, not its label", async () => {
  const { ask, keyboard, seen, expectRestored } = setUp();
  const answer = ask.select("Which one do you have?", providers);
  await seen("Groq");
  keyboard.type(keys.down);
  await seen("▸ Groq");
  keyboard.type(keys.enter);
  expect(await answer).toBe("groq");
  await expectRestored();
});

test("a secret must never be on the screen, in no frame", async () => {
  const { ask, keyboard, terminal, seen, expectRestored } = setUp(true);
  const answer = ask.secret("GROQ_API_KEY");
  await seen("GROQ_API_KEY");
  keyboard.type("gsk_secret1");
  await seen("***********");
  keyboard.type(keys.enter);
  expect(await answer).toBe("gsk_secret1");
  expect(terminal.raw()).not.toContain("gsk");
  await expectRestored();
});

test("a question that needs a yes must take its default on Enter", async () => {
  const { ask, keyboard, seen } = setUp();
  const answer = ask.confirm("Delete 48 MB?", false);
  await seen("(y/N)");
  keyboard.type(keys.enter);
  expect(await answer).toBe(false);
});

test.each<[string, (ask: Ask) => Promise<unknown>]>([
  ["choice", (ask) => ask.select("Which?", providers)],
  ["secret", (ask) => ask.secret("Which?")],
  ["yes or no", (ask) => ask.confirm("Which?", true)],
  ["text", (ask) => ask.input("Which?")],
])("Ctrl-C at a %s must end with interrupted and leave the terminal as it was", async (_kind, question) => {
  const { ask, keyboard, seen, expectRestored } = setUp();
  const answer = expect(question(ask)).rejects.toMatchObject({ code: "interrupted", exitCode: 130 });
  await seen("Which?");
  keyboard.type(keys.interrupt);
  await answer;
  await expectRestored();
});

test("the signal must end a question as Ctrl-C does", async () => {
  const { ask, leave, seen, expectRestored } = setUp();
  const answer = expect(ask.input("Base?")).rejects.toMatchObject({ code: "interrupted" });
  await seen("Base?");
  leave.abort();
  await answer;
  await expectRestored();
});

test("without colour no colour code may be written", async () => {
  const { ask, keyboard, terminal, seen } = setUp(false);
  const answer = ask.input("Base?");
  await seen("Base?");
  keyboard.type(`https://example.test${keys.enter}`);
  expect(await answer).toBe("https://example.test");
  expect(terminal.raw()).not.toContain("[1m");
  expect(terminal.raw()).not.toContain("[32m");
});

test("nobody may be asked where input or output is no terminal", () => {
  const signal = new AbortController().signal;
  const { stdin } = createKeyboard();
  const pipe = createSink().stream;
  expect(createAsk({ stdin, stderr: pipe, color: false, signal })).toBeNull();
});
