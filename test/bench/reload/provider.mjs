// A provider whose answers take a known time: what a call takes beyond it is the gateway's doing.
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

const words = 4;
const wordEveryMs = 80;
const wholeMs = 50;

/** What a call takes of itself. */
export const ownMs = { whole: wholeMs, stream: words * wordEveryMs };

/** On every address of this machine, since containers call it. */
export async function startProvider() {
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const piece of request.setEncoding("utf8")) text += piece;
    const { stream } = JSON.parse(text || "{}");
    await (stream === true ? streamed(response) : whole(response));
  });
  server.keepAliveTimeout = 120_000;
  server.listen(0, "0.0.0.0");
  await once(server, "listening");
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port: server.address().port, close };
}

const about = { id: "c", created: 1_750_000_000, model: "m" };

async function whole(response) {
  await pause(wholeMs);
  const choices = [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }];
  const usage = { prompt_tokens: 8, completion_tokens: 2, total_tokens: 10 };
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ ...about, object: "chat.completion", choices, usage }));
}

async function streamed(response) {
  response.setHeader("content-type", "text/event-stream");
  const send = (delta, reason) => {
    const choices = [{ index: 0, delta, finish_reason: reason }];
    response.write(`data: ${JSON.stringify({ ...about, object: "chat.completion.chunk", choices })}\n\n`);
  };
  for (let word = 0; word < words; word += 1) {
    send({ role: "assistant", content: `w${word} ` }, null);
    await pause(wordEveryMs);
  }
  send({}, "stop");
  response.end("data: [DONE]\n\n");
}
