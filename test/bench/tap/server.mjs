// A gateway that answers at once: what a call takes is the way to it and back.
import { createServer } from "node:http";

const body = JSON.stringify({
  id: "c",
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 8, completion_tokens: 2, total_tokens: 10 },
});
const headers = {
  "content-type": "application/json",
  "content-length": body.length,
  "x-litellm-response-cost": "1e-6",
};

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume().on("end", () => response.writeHead(200, headers).end(body));
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
