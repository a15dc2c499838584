import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Provider extends AsyncDisposable {
  readonly port: number;
  /** The one key that it takes. */
  accept(key: string): void;
}

const chunk = (choice: object, usage?: object): string =>
  `data: ${JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1_750_000_000,
    model: "gpt-4o-mini",
    choices: usage === undefined ? [{ index: 0, ...choice }] : [],
    ...(usage === undefined ? {} : { usage }),
  })}\n\n`;

const answer = (response: ServerResponse): void => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(chunk({ delta: { role: "assistant", content: "Hello from" }, finish_reason: null }));
  response.write(chunk({ delta: { content: " nearby" }, finish_reason: null }));
  response.write(chunk({ delta: {}, finish_reason: "stop" }));
  response.write(chunk({}, { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 }));
  response.end("data: [DONE]\n\n");
};

const refuse = (response: ServerResponse, key: string): void => {
  const message = `Incorrect API key provided: ${key}. You can find your API key in your account.`;
  response.writeHead(401, { "content-type": "application/json" });
  response.end(
    JSON.stringify({ error: { message, type: "invalid_request_error", param: null, code: "invalid_api_key" } }),
  );
};

/** Speaks OpenAI's API to containers: on every address of this machine, and quotes the key that it refuses. */
export const startProvider = async (): Promise<Provider> => {
  let accepted: string | undefined;
  const server = createServer((request, response) => {
    request.resume();
    const key = request.headers.authorization?.replace("Bearer ", "") ?? "";
    request.on("end", () => (key === accepted ? answer(response) : refuse(response, key)));
  });
  server.listen(0, "0.0.0.0");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    accept: (key) => {
      accepted = key;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
