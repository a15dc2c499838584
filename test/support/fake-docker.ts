import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runExec } from "./fake-docker-resources.ts";
import { routes } from "./fake-docker-routes.ts";
import { FakeState } from "./fake-docker-state.ts";

export interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: unknown;
  readonly headers: IncomingMessage["headers"];
}

/** Answers a request itself and returns true, or leaves it to the fake. */
export type Intercept = (request: SeenRequest, response: ServerResponse) => boolean | Promise<boolean>;

export interface FakeDocker extends AsyncDisposable {
  readonly host: string;
  readonly state: FakeState;
  readonly requests: readonly SeenRequest[];
  intercept: Intercept | null;
}

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  return text === "" ? undefined : JSON.parse(text);
};

const answerError = (error: unknown, response: ServerResponse): void => {
  const status = error instanceof Error && "status" in error ? Number(error.status) : 500;
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ message: error instanceof Error ? error.message : String(error) }));
};

/** A command with an open input: its connection carries what is handed to it, behind the request's own body, and its output. */
const converse = async (state: FakeState, request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> => {
  socket.on("error", () => socket.destroy());
  const [, id = ""] = /\/exec\/([^/]+)\/start$/.exec(request.url ?? "") ?? [];
  socket.write(
    "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n",
  );
  const pieces = [head];
  for await (const piece of socket.iterator({ destroyOnReturn: false })) pieces.push(piece);
  const stdin = Buffer.concat(pieces)
    .subarray(Number(request.headers["content-length"] ?? 0))
    .toString();
  runExec(state, id, (data) => socket.write(data), stdin);
  socket.end();
};

/** A small Docker engine on a Unix socket, with state and no processes. */
export const startFakeDocker = async (): Promise<FakeDocker> => {
  const folder = await mkdtemp(join(tmpdir(), "fake-docker-"));
  const path = join(folder, "docker.sock");
  const state = new FakeState();
  const requests: SeenRequest[] = [];
  const fake = { intercept: null as Intercept | null };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://docker");
    const seen = { method: request.method ?? "GET", url, body: await readBody(request), headers: request.headers };
    requests.push(seen);
    if (await fake.intercept?.(seen, response)) return;
    for (const { method, pattern, run } of routes) {
      const match = method === seen.method ? pattern.exec(decodeURIComponent(url.pathname)) : null;
      if (match !== null) return run({ state, seen, response, name: match[1] ?? "" });
    }
    answerError(Object.assign(new Error(`page not found: ${seen.method} ${url.pathname}`), { status: 404 }), response);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => answerError(error, response));
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    void converse(state, request, socket, head);
  });
  server.listen(path);
  await once(server, "listening");
  return Object.assign(fake, {
    host: `unix://${path}`,
    state,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  });
};
