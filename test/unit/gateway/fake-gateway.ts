import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { GatewayAccess } from "../../../src/gateway/access.ts";

/** What a call is answered with; the shapes are LiteLLM 1.103's. */
export type ChatAnswer =
  | {
      readonly words: readonly string[];
      readonly usage?: Readonly<Record<string, number>>;
      readonly breakWith?: string;
    }
  | { readonly status: number; readonly type: string | null; readonly message: string; readonly own?: boolean };

export interface FakeGateway extends AsyncDisposable {
  readonly access: GatewayAccess;
  /** The bodies of the calls, as they came. */
  readonly calls: readonly Readonly<Record<string, unknown>>[];
}

export interface FakeOptions {
  readonly key?: string;
  readonly models?: unknown;
  readonly info?: unknown;
  readonly chat?: ChatAnswer;
}

export const modelList = (...names: readonly string[]): unknown => ({
  data: names.map((id) => ({ id, object: "model", created: 1677610602, owned_by: "openai", mode: "chat" })),
  object: "list",
});

const errorBody = (status: number, type: string | null, message: string): unknown => ({
  error: { message, type, param: null, code: String(status) },
});

const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};

const bodyOf = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += piece;
  return JSON.parse(text);
};

const sendChat = (response: ServerResponse, answer: ChatAnswer): void => {
  if ("status" in answer) {
    if (answer.own !== true) response.setHeader("x-litellm-call-id", "call-1");
    sendJson(response, answer.status, errorBody(answer.status, answer.type, answer.message));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream", "x-litellm-call-id": "call-1" });
  const send = (fields: object): void => {
    response.write(`data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, ...fields })}\n\n`);
  };
  for (const content of answer.words) send({ choices: [{ index: 0, delta: { content } }] });
  if (answer.breakWith !== undefined) {
    response.end(`data: ${JSON.stringify(errorBody(500, null, answer.breakWith))}\n\n`);
    return;
  }
  send({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
  if (answer.usage !== undefined) send({ choices: [{ index: 0, delta: {} }], usage: answer.usage });
  response.end("data: [DONE]\n\n");
};

/** A server that answers as real LiteLLM without a database does. */
export const startFakeGateway = async (options: FakeOptions = {}): Promise<FakeGateway> => {
  const key = options.key ?? "sk-test-key";
  const calls: Record<string, unknown>[] = [];
  const server = createServer(async (request, response) => {
    if (request.headers.authorization !== `Bearer ${key}`) {
      sendJson(response, 400, errorBody(400, "no_db_connection", "No connected db."));
    } else if (request.url === "/v1/models") {
      sendJson(response, 200, options.models ?? modelList());
    } else if (request.url === "/v1/model/info") {
      sendJson(response, 200, options.info ?? { data: [] });
    } else if (request.url === "/v1/chat/completions") {
      calls.push(await bodyOf(request));
      sendChat(response, options.chat ?? { words: ["Hello"] });
    } else {
      sendJson(response, 404, { detail: "Not Found" });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    access: { baseUrl: `http://127.0.0.1:${port}/v1`, key, service: "litellm" },
    calls,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
