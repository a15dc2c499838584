import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Upstream extends AsyncDisposable {
  readonly port: number;
  /** What it was asked, in order. */
  readonly bodies: readonly Readonly<Record<string, unknown>>[];
  /** The next answer asks for the caller's first tool. */
  answerWithTool(): void;
}

const toolCall = { id: "call-a", type: "function", function: { name: "current_time", arguments: "{}" } };

/** An OpenAI-compatible server in vLLM's place, on every address of this machine. */
export const startUpstream = async (): Promise<Upstream> => {
  const bodies: Readonly<Record<string, unknown>>[] = [];
  let wantsTool = false;
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const piece of request.setEncoding("utf8")) text += piece;
    // LiteLLM also asks for the list of models, of which there is none here.
    if (request.method !== "POST") return void response.writeHead(404).end();
    bodies.push(JSON.parse(text));
    const message = wantsTool ? { content: null, tool_calls: [toolCall] } : { content: "Hello from nearby" };
    wantsTool = false;
    const choice = { index: 0, message: { role: "assistant", ...message }, finish_reason: "stop" };
    const usage = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };
    const body = { id: "c", object: "chat.completion", created: 1_750_000_000, model: "m", choices: [choice], usage };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  server.listen(0, "0.0.0.0");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    bodies,
    answerWithTool: () => {
      wantsTool = true;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
