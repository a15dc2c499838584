import type { IncomingMessage, ServerResponse } from "node:http";
import { createClient } from "../../../src/client/client.ts";
import { startHttp } from "../../support/fake-server.ts";

export type Answer = (response: ServerResponse, body: Readonly<Record<string, unknown>>) => void;

const bodyOf = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += piece;
  return text === "" ? {} : JSON.parse(text);
};

export const sendJson = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void =>
  void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

/** LiteLLM's refusal, with its code as the string it sends. */
export const refuse = (status: number, error: Readonly<Record<string, unknown>>, callId?: string): Answer => {
  const headers = callId === undefined ? {} : { "x-litellm-call-id": callId };
  return (response) => sendJson(response, status, { error: { param: null, code: String(status), ...error } }, headers);
};

export const sendChunks = (response: ServerResponse, chunks: readonly unknown[], end = "data: [DONE]\n\n"): void => {
  response.writeHead(200, { "content-type": "text/event-stream", "x-litellm-call-id": "call-1" });
  for (const chunk of chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  response.end(end);
};

/** A gateway that answers chats as told, and a client of it; `bodies` are what it was asked. */
export const openGateway = async (answer: Answer, models: readonly string[] = []) => {
  const bodies: Readonly<Record<string, unknown>>[] = [];
  const server = await startHttp(async (request, response) => {
    if (request.url === "/v1/models") return sendJson(response, 200, { data: models.map((id) => ({ id })) });
    const body = await bodyOf(request);
    bodies.push(body);
    answer(response, body);
  });
  const client = createClient({ baseURL: `${server.baseUrl}/v1`, apiKey: "sk-test" }, { maxRetries: 0 });
  return { client, bodies, server, [Symbol.asyncDispose]: server[Symbol.asyncDispose] };
};
