// Calls the gateway at a steady pace with OpenAI's client for Node, every second one a stream; a line a call, until SIGTERM.
import OpenAI from "openai";

const { url, key, model, everyMs } = JSON.parse(process.argv[2]);
// A second try would hide what is looked for.
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0, timeout: 30_000 });
const messages = [{ role: "user", content: "hello" }];
let ending = false;
process.once("SIGTERM", () => (ending = true));

async function call(stream) {
  const at = Date.now();
  const begin = performance.now();
  const failed = await (stream ? streamed() : whole()).catch((error) => `${error.name}: ${causesOf(error)}`);
  process.stdout.write(`${JSON.stringify({ at, ms: performance.now() - begin, stream, failed })}\n`);
}

async function whole() {
  const { choices } = await client.chat.completions.create({ model, messages });
  return choices[0].message.content === "Hello" ? null : "another answer";
}

async function streamed() {
  let [text, reason] = ["", null];
  for await (const chunk of await client.chat.completions.create({ model, messages, stream: true })) {
    text += chunk.choices[0]?.delta.content ?? "";
    reason = chunk.choices[0]?.finish_reason ?? reason;
  }
  return text.endsWith("w3 ") && reason === "stop" ? null : `cut after "${text}"`;
}

function causesOf(error) {
  return error.cause === undefined ? error.message : `${error.message} < ${causesOf(error.cause)}`;
}

const running = new Set();
const begin = performance.now();
for (let index = 0; !ending; index += 1) {
  const one = call(index % 2 === 1).finally(() => running.delete(one));
  running.add(one);
  const waitMs = begin + (index + 1) * everyMs - performance.now();
  await new Promise((resolve) => setTimeout(resolve, waitMs));
}
await Promise.all(running);
