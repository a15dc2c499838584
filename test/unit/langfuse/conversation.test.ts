import fc from "fast-check";
import { expect, test } from "vitest";
import { firstWords, readAnswer, readQuestion, readTools } from "../../../src/langfuse/conversation.ts";

const text = (said: string) => ({ kind: "text", text: said });

test("a question must be read in every form that a program may send it in", () => {
  const asked = [{ role: "user", parts: [text("Why?")] }];
  expect(readQuestion({ messages: [{ role: "user", content: "Why?" }] })).toEqual(asked);
  expect(readQuestion([{ role: "user", content: "Why?" }])).toEqual(asked);
  expect(readQuestion({ messages: [{ role: "user", content: [{ type: "text", text: "Why?" }] }] })).toEqual(asked);
  expect(readQuestion({ input: "Why?" })).toEqual(asked);
  expect(readQuestion("Why?")).toEqual(asked);
  expect(readQuestion({ system: "Be brief", messages: [{ role: "user", content: "Why?" }] })).toEqual([
    { role: "system", parts: [text("Be brief")] },
    ...asked,
  ]);
  expect(readQuestion(null)).toEqual([]);
});

test("tool calls and results must be read in OpenAI's, Anthropic's and the Responses API's form", () => {
  const call = { kind: "tool-call", id: "c1", name: "weather", arguments: '{"city":"Bern"}' };
  const result = { kind: "tool-result", id: "c1", text: "rain" };
  const openai = [
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "c1", function: { name: "weather", arguments: '{"city":"Bern"}' } }],
    },
    { role: "tool", tool_call_id: "c1", content: "rain" },
  ];
  const anthropic = [
    { role: "assistant", content: [{ type: "tool_use", id: "c1", name: "weather", input: { city: "Bern" } }] },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "c1", content: [{ type: "text", text: "rain" }] }] },
  ];
  const responses = [
    { type: "function_call", call_id: "c1", name: "weather", arguments: '{"city":"Bern"}' },
    { type: "function_call_output", call_id: "c1", output: "rain" },
  ];
  for (const messages of [openai, anthropic, responses]) {
    expect(readQuestion(messages).flatMap(({ parts }) => parts)).toEqual([call, result]);
  }
});

test("images, thoughts and what nobody knows must be kept", () => {
  const url = "data:image/png;base64,AAAA";
  const content = [
    { type: "image_url", image_url: { url } },
    { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
    { type: "input_audio", input_audio: { data: "x" } },
  ];
  expect(readQuestion({ messages: [{ role: "user", content }] })[0]?.parts).toEqual([
    { kind: "image", url },
    { kind: "image", url },
    { kind: "data", json: JSON.stringify(content[2], null, 2) },
  ]);
  expect(readAnswer({ role: "assistant", content: "4", reasoning_content: "2 and 2" })[0]?.parts).toEqual([
    { kind: "thinking", text: "2 and 2" },
    text("4"),
  ]);
});

test("tools must be read with their schema as text", () => {
  const parameters = { type: "object" };
  const tools = [
    { type: "function", function: { name: "f", description: "does", parameters } },
    { name: "g", input_schema: parameters },
  ];
  expect(readTools({ tools })).toEqual([
    { name: "f", description: "does", parameters: JSON.stringify(parameters, null, 2) },
    { name: "g", description: null, parameters: JSON.stringify(parameters, null, 2) },
  ]);
});

test("first words must be the last thing that a person said, in one line", () => {
  const messages = readQuestion({
    messages: [
      { role: "system", content: "Be brief" },
      { role: "user", content: "Which\n  goat?" },
      { role: "assistant", content: "Mine" },
    ],
  });
  expect(firstWords(messages, 80)).toBe("Which goat?");
  expect(firstWords(messages, 5)).toBe("Which");
});

test("whatever was traced must be read without an error", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (said) => {
      for (const message of [...readQuestion(said), ...readAnswer(said)]) {
        expect(typeof message.role).toBe("string");
        firstWords([message], 10);
      }
      readTools(said);
    }),
  );
});
