import { describe, expect, test } from "vitest";
import { type ChatEvent, type ChatRequest, isLocalModel, requestDefaults } from "../../../src/client/client.ts";
import { type Answer, openGateway, sendChunks, sendJson } from "./fake-upstream.ts";

const messages = [{ role: "user" as const, content: "Hello" }];
const tools: NonNullable<ChatRequest["tools"]> = [{ type: "function", function: { name: "now" } }];

const completion = (message: object): object => ({
  id: "c",
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: "stop" }],
  usage: { prompt_tokens: 8, completion_tokens: 3, total_tokens: 11 },
});

const hello: Answer = (response) =>
  sendJson(response, 200, completion({ content: "Hi" }), {
    "x-litellm-call-id": "call-1",
    "x-litellm-response-cost": "1.485e-05",
  });

const read = async (events: AsyncIterable<ChatEvent>): Promise<readonly ChatEvent[]> => {
  const found: ChatEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
};

describe("chat", () => {
  test("must give text, usage, and the cost and call id of the headers", async () => {
    await using gateway = await openGateway(hello);
    expect(await gateway.client.chat({ model: "gpt-5-mini", messages })).toEqual({
      model: "gpt-5-mini",
      text: "Hi",
      toolCalls: [],
      finishReason: "stop",
      usage: { prompt_tokens: 8, completion_tokens: 3, total_tokens: 11 },
      costUsd: 1.485e-5,
      callId: "call-1",
    });
  });

  test.each(["0", "0.0", "unknown", ""])("must not invent a cost where the header says %j", async (cost) => {
    await using gateway = await openGateway((response) =>
      sendJson(response, 200, completion({ content: null }), { "x-litellm-response-cost": cost }),
    );
    expect(await gateway.client.chat({ model: "m", messages })).toMatchObject({
      text: "",
      costUsd: null,
      callId: null,
    });
  });

  test("must send extraBody untouched, beside what was asked", async () => {
    await using gateway = await openGateway(hello);
    const thinking = { type: "enabled", budget_tokens: 1024 };
    await gateway.client.chat({ model: "claude", messages, max_tokens: 5, extraBody: { thinking, odd: [null] } });
    expect(gateway.bodies[0]).toEqual({
      model: "claude",
      messages,
      max_tokens: 5,
      thinking,
      odd: [null],
      stream: false,
    });
  });

  test("must send a local model the defaults it needs, unless the caller says otherwise", async () => {
    await using gateway = await openGateway(hello);
    const { client, bodies } = gateway;
    await client.chat({ model: "qwen3-4b-local", messages });
    await client.chat({ model: "qwen3-4b-local", messages, tools });
    await client.chat({ model: "qwen3-4b-local", messages, tools, temperature: 1, tool_choice: "none" });
    await client.chat({ model: "gpt-5-mini", messages, tools });
    expect(bodies.map(({ temperature, tool_choice }) => [temperature, tool_choice])).toEqual([
      [0.3, undefined],
      [0.3, "auto"],
      [1, "none"],
      [undefined, undefined],
    ]);
  });
});

describe("stream", () => {
  test("must give the pieces as they come, then the whole with its usage and cost", async () => {
    await using gateway = await openGateway((response) =>
      sendChunks(response, [
        { choices: [{ index: 0, delta: { role: "assistant", content: "" } }] },
        { choices: [{ index: 0, delta: { content: "Hel" } }] },
        { choices: [{ index: 0, delta: { content: "lo" }, finish_reason: "stop" }] },
        { choices: [], usage: { prompt_tokens: 8, completion_tokens: 2, total_tokens: 10, cost: 0.5 } },
      ]),
    );
    const events = await read(gateway.client.stream({ model: "m", messages }));
    expect(events.slice(0, -1)).toEqual([
      { type: "text", text: "Hel" },
      { type: "text", text: "lo" },
    ]);
    expect(events.at(-1)).toMatchObject({
      type: "answer",
      answer: { text: "Hello", finishReason: "stop", usage: { total_tokens: 10 }, costUsd: 0.5, callId: "call-1" },
    });
    expect(gateway.bodies[0]).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });

  test("must put tool calls together from their pieces", async () => {
    const piece = (index: number, call: object): object => ({
      choices: [{ index: 0, delta: { tool_calls: [{ index, ...call }] } }],
    });
    await using gateway = await openGateway((response) =>
      sendChunks(response, [
        piece(0, { id: "a", function: { name: "now", arguments: "" } }),
        piece(1, { id: "b", function: { name: "later", arguments: '{"x"' } }),
        piece(0, { function: { arguments: "{}" } }),
        piece(1, { function: { arguments: ":1}" } }),
      ]),
    );
    const events = await read(gateway.client.stream({ model: "m", messages, tools }));
    expect(events).toMatchObject([
      {
        type: "answer",
        answer: {
          text: "",
          usage: null,
          costUsd: null,
          toolCalls: [
            { id: "a", name: "now", arguments: "{}" },
            { id: "b", name: "later", arguments: '{"x":1}' },
          ],
        },
      },
    ]);
  });
});

test("the names of the gateway must come from /v1/models", async () => {
  await using gateway = await openGateway(hello, ["gpt-5-mini", "qwen3-4b-local"]);
  expect(await gateway.client.models()).toEqual(["gpt-5-mini", "qwen3-4b-local"]);
});

test("a local model must be told by the end of its name", () => {
  expect(["qwen3-4b-local", "gpt-oss-120b-local"].every(isLocalModel)).toBe(true);
  expect(["gpt-5-mini", "local-llama", "qwen3-local-2"].some(isLocalModel)).toBe(false);
  expect(requestDefaults("gpt-5-mini", true)).toEqual({});
});
