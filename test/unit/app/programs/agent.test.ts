import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { callTool, runAgent } from "../../../../src/app/programs/agent.ts";
import { createClient } from "../../../../src/client/client.ts";
import { startHttp } from "../../../support/fake-server.ts";

const now = new Date("2026-11-23T10:00:00Z");

const sendMessage = (response: ServerResponse, message: object): void => {
  const body = { id: "c", object: "chat.completion", choices: [{ index: 0, message, finish_reason: "stop" }] };
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
};

const call = (id: string, name: string, written: string): object => ({
  id,
  type: "function",
  function: { name, arguments: written },
});

/** A model that says these messages one after the other, the last one for ever. */
const startModel = async (messages: readonly object[]) => {
  const asked: Readonly<Record<string, unknown>>[] = [];
  const server = await startHttp(async (request, response) => {
    let text = "";
    for await (const piece of request.setEncoding("utf8")) text += piece;
    asked.push(JSON.parse(text));
    sendMessage(response, messages[Math.min(asked.length, messages.length) - 1] ?? {});
  });
  const gateway = createClient({ baseURL: server.baseUrl, apiKey: "sk-test" }, { maxRetries: 0 });
  const run = (more: { readonly maxTurns?: number; readonly withTools?: boolean } = {}) =>
    runAgent({
      gateway,
      model: "m",
      prompt: "What time is it?",
      withTools: true,
      stream: false,
      maxTurns: 5,
      signal: new AbortController().signal,
      now: () => now,
      onText: () => undefined,
      onTool: () => undefined,
      ...more,
    });
  return { asked, run, [Symbol.asyncDispose]: server[Symbol.asyncDispose] };
};

describe("the agent loop", () => {
  test("must run the tools that the model asks for, hand their results over, and end with the answer", async () => {
    const first = {
      role: "assistant",
      content: null,
      tool_calls: [call("a", "current_time", "{}"), call("b", "rm", "")],
    };
    await using model = await startModel([first, { role: "assistant", content: "Ten o'clock." }]);
    const end = await model.run();
    expect(end.text).toBe("Ten o'clock.");
    expect(end.answers).toHaveLength(2);
    expect(model.asked[1]).toMatchObject({
      messages: [
        { role: "user", content: "What time is it?" },
        first,
        { role: "tool", tool_call_id: "a", content: expect.stringMatching(/10:00:00 UTC/) },
        { role: "tool", tool_call_id: "b", content: "error: there is no tool rm" },
      ],
    });
  });

  test("must stop after its turns", async () => {
    await using model = await startModel([
      { role: "assistant", content: "", tool_calls: [call("a", "current_time", "{}")] },
    ]);
    const end = await model.run({ maxTurns: 3 });
    expect(end.text).toBeNull();
    expect(model.asked).toHaveLength(3);
  });

  test("must offer no tool where none is wanted", async () => {
    await using model = await startModel([{ role: "assistant", content: "Hello" }]);
    await model.run({ withTools: false });
    expect(model.asked[0]).not.toHaveProperty("tools");
  });
});

test.each([
  ['{"timezone":"Asia/Tokyo"}', /19:00:00 .*\(Asia\/Tokyo\)$/],
  ["", /10:00:00 UTC/],
  ["[]", /10:00:00 UTC/],
  ['{"timezone":"Nowhere/Nothing"}', /^error: /],
  ["{not json", /^error: /],
])("the tool must answer %j with something the model can use", (written, expected) => {
  expect(callTool({ id: "a", name: "current_time", arguments: written }, now)).toMatch(expected);
});
