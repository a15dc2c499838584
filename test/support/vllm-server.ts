import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Body = Readonly<Record<string, unknown>>;

export interface VllmServer extends AsyncDisposable {
  readonly port: number;
  /** The bodies of calls, in order. */
  readonly calls: readonly Body[];
  /** Every request as `GET /v1/models`, in order. */
  readonly requests: readonly string[];
  /** From now on every call is refused like this; null: none is. */
  refuse(refusal: { readonly status: number; readonly message: string } | null): void;
}

/** The model that this server says it serves. */
const servedModel = "Qwen/Qwen3-8B";

const usage = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };

const bodyOf = async (request: IncomingMessage): Promise<Body> => {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += piece;
  return text === "" ? {} : JSON.parse(text);
};

const send = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
};

/** A question with tools is answered by a call of the first. */
const messageFor = ({ tools }: Body): Body => {
  const [tool]: readonly { readonly function: { readonly name: string } }[] = Array.isArray(tools) ? tools : [];
  if (tool === undefined) return { role: "assistant", content: "Hello from vLLM" };
  const call = { id: "call-1", type: "function", function: { name: tool.function.name, arguments: '{"city":"Bern"}' } };
  return { role: "assistant", content: null, tool_calls: [call] };
};

const whole = (body: Body): Body => {
  const message = messageFor(body);
  const reason = "tool_calls" in message ? "tool_calls" : "stop";
  const choices = [{ index: 0, message, finish_reason: reason }];
  return { id: "chatcmpl-1", object: "chat.completion", created: 1_750_000_000, model: body["model"], choices, usage };
};

const stream = (response: ServerResponse, body: Body): void => {
  const chunk = (fields: object): void => {
    const base = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1_750_000_000, model: body["model"] };
    response.write(`data: ${JSON.stringify({ ...base, ...fields })}\n\n`);
  };
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const content of ["Hello ", "from ", "vLLM"]) {
    chunk({ choices: [{ index: 0, delta: { role: "assistant", content }, finish_reason: null }] });
  }
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
  chunk({ choices: [], usage });
  response.end("data: [DONE]\n\n");
};

const embedding = (body: Body): Body => ({
  object: "list",
  model: body["model"],
  data: [{ object: "embedding", index: 0, embedding: [0.25, -0.5] }],
  usage: { prompt_tokens: 2, total_tokens: 2 },
});

/** Speaks OpenAI's API as vLLM does, to containers: on every address of this machine. */
export const startVllm = async (): Promise<VllmServer> => {
  const calls: Body[] = [];
  const requests: string[] = [];
  let refusal: { readonly status: number; readonly message: string } | null = null;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests.push(`${request.method} ${request.url}`);
    const body = await bodyOf(request);
    if (request.url === "/v1/models")
      return send(response, 200, { object: "list", data: [{ id: servedModel, object: "model" }] });
    calls.push(body);
    if (refusal !== null) {
      const { status, message } = refusal;
      return send(response, status, { error: { message, type: "BadRequestError", param: null, code: status } });
    }
    if (request.url === "/v1/embeddings") return send(response, 200, embedding(body));
    if (request.url !== "/v1/chat/completions") return send(response, 404, { detail: "Not Found" });
    return body["stream"] === true ? stream(response, body) : send(response, 200, whole(body));
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "0.0.0.0");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    calls,
    requests,
    refuse: (next) => {
      refusal = next;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
