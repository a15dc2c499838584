import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Registry {
  /** 127.0.0.1 and a port: engines speak plain HTTP to it. */
  readonly host: string;
  /** What it was asked for, in order: "GET /v2/shop/manifests/1". */
  readonly requests: readonly string[];
  /** Resolves when it has been asked for something that the pattern matches. */
  asked(pattern: RegExp): Promise<void>;
}

/** An image registry that answers as the test says; gone when the test is. */
export const startRegistry = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Registry> => {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    server.emit("asked");
    if (request.url === "/v2/") return void response.writeHead(200).end("{}");
    answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const asked = async (pattern: RegExp): Promise<void> => {
    while (!requests.some((request) => pattern.test(request))) await once(server, "asked");
  };
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, requests, asked };
};

/** An answer in the registry's form of an error. */
export const refuse =
  (status: number, code: string, message: string) =>
  (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify({ errors: [{ code, message }] }));
  };
