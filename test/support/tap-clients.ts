import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { startHttp } from "./fake-server.ts";
import { openLocally } from "./local-scenario.ts";

/** What a gateway heard of one call. */
interface HeardCall {
  readonly request: string;
  /** Without what belongs to the connection. */
  readonly headers: readonly string[];
  readonly body: string;
}

const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
const completion = (message: object) => ({
  id: "c",
  object: "chat.completion",
  created: 1,
  model: "gpt-4o-mini",
  choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: "stop" }],
  usage,
});
const tool = { id: "t", type: "function", function: { name: "now", arguments: '{"zone":"UTC"}' } };
const chunk = (content: string) =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "gpt-4o-mini", choices: [{ index: 0, delta: { content } }] })}\n\n`;
const message = {
  id: "m",
  type: "message",
  role: "assistant",
  model: "claude",
  content: [{ type: "text", text: "Hé" }],
  stop_reason: "end_turn",
  usage: { input_tokens: 1, output_tokens: 2 },
};
const messageEvents = [
  { type: "message_start", message: { ...message, content: [], stop_reason: null } },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hé" } },
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } },
  { type: "message_stop" },
];
const response = {
  id: "r",
  object: "response",
  created_at: 1,
  status: "completed",
  model: "gpt-4o-mini",
  output: [
    {
      id: "o",
      type: "message",
      role: "assistant",
      status: "completed",
      content: [{ type: "output_text", text: "Hé", annotations: [] }],
    },
  ],
  parallel_tool_calls: true,
  tools: [],
  tool_choice: "auto",
  usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
};

const sendJson = (reply: ServerResponse, body: unknown): void => {
  reply.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
};

const sendStream = (reply: ServerResponse, events: readonly string[]): void => {
  reply.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of events) reply.write(event);
};

const answerChat = (asked: { readonly stream?: boolean; readonly tools?: unknown }, reply: ServerResponse): void => {
  const message = asked.tools === undefined ? { content: "Héllo" } : { content: null, tool_calls: [tool] };
  if (asked.stream !== true) {
    sendJson(reply, completion(message));
  } else if (JSON.stringify(asked).includes("leave")) {
    // A program that wants to leave is kept waiting for it.
    sendStream(reply, [chunk("first")]);
  } else {
    sendStream(reply, [chunk("Hé"), chunk("llo")]);
    reply.end("data: [DONE]\n\n");
  }
};

const answer = (path: string, body: string, reply: ServerResponse): void => {
  const asked = JSON.parse(body || "{}");
  const events = messageEvents.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  if (path === "/v1/embeddings") {
    const data = [{ object: "embedding", index: 0, embedding: [0.1, 1e-7] }];
    sendJson(reply, { object: "list", model: "e", data, usage });
  } else if (path === "/v1/responses") {
    sendJson(reply, response);
  } else if (path !== "/v1/messages") {
    answerChat(asked, reply);
  } else if (asked.stream !== true) {
    sendJson(reply, message);
  } else {
    sendStream(reply, events);
    reply.end();
  }
};

const ofConnection = /^(?:host|connection|keep-alive|transfer-encoding)$/i;

/** A gateway that answers alike each time, and keeps what it heard; a call that was left is told as such. */
const startSteadyGateway = async () => {
  const calls: HeardCall[] = [];
  const left: string[] = [];
  const server = await startHttp(async (request: IncomingMessage, reply: ServerResponse) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces).toString("utf8");
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (path.endsWith("/model/info")) {
      reply.end('{"data":[]}');
      return;
    }
    reply.once("close", () => {
      if (!reply.writableEnded) left.push(path);
    });
    const headers = request.rawHeaders.flatMap((name, index, all) =>
      index % 2 === 0 && !ofConnection.test(name) ? [`${name}: ${all[index + 1]}`] : [],
    );
    calls.push({ request: `${request.method} ${request.url}`, headers, body });
    answer(path, body, reply);
  });
  return { ...server, calls, left };
};

const python = `
import anthropic, openai
client = openai.OpenAI()
hi = [{"role": "user", "content": "hi, wörld"}]
print(client.chat.completions.create(model="gpt-4o-mini", messages=hi).model_dump_json())
for chunk in client.chat.completions.create(model="gpt-4o-mini", messages=hi, stream=True): print(chunk.model_dump_json())
now = {"type": "function", "function": {"name": "now", "parameters": {"type": "object", "properties": {}}}}
print(client.chat.completions.create(model="gpt-4o-mini", messages=hi, tools=[now]).model_dump_json())
print(client.embeddings.create(model="e", input=["a", "b"]).model_dump_json())
print(client.responses.create(model="gpt-4o-mini", input="hi").model_dump_json())
leaving = client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": "leave"}], stream=True)
print(next(iter(leaving)).model_dump_json()); leaving.close()
claude = anthropic.Anthropic()
print(claude.messages.create(model="claude", max_tokens=9, messages=hi).model_dump_json())
with claude.messages.stream(model="claude", max_tokens=9, messages=hi) as stream:
    for text in stream.text_stream: print(text)
`;

const typescript = `
import OpenAI from "openai";
const client = new OpenAI();
const messages = [{ role: "user", content: "hi, wörld" }];
const model = "gpt-4o-mini";
const print = (value) => console.log(JSON.stringify(value));
print(await client.chat.completions.create({ model, messages }));
for await (const chunk of await client.chat.completions.create({ model, messages, stream: true })) print(chunk);
const tools = [{ type: "function", function: { name: "now", parameters: { type: "object", properties: {} } } }];
print(await client.chat.completions.create({ model, messages, tools }));
print(await client.embeddings.create({ model: "e", input: ["a"], encoding_format: "float" }));
print(await client.responses.create({ model, input: "hi" }));
const leaving = await client.chat.completions.create({ model, messages: [{ role: "user", content: "leave" }], stream: true });
for await (const chunk of leaving) { print(chunk); break; }
`;

/** Programs on real clients, written into a folder. */
const writePrograms = (folder: string): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "clients.py"), python);
  writeFileSync(join(folder, "clients.mjs"), typescript);
};

/** A project whose gateway answers alike each time; nothing else of its stack runs. */
export const openSteady = async () => {
  const stack = await openLocally();
  const gateway = await startSteadyGateway();
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  stack.setEnv({ LITELLM_PORT: String(gateway.port) });
  writePrograms(stack.folder);
  symlinkSync(join(import.meta.dirname, "..", "..", "node_modules"), stack.path("node_modules"));
  return { stack, gateway };
};

export type Steady = Awaited<ReturnType<typeof openSteady>>;
