import { createServer, type IncomingMessage, type Server } from "node:http";
import { bodyOf } from "../platform/http.ts";
import type { Answer, Engine } from "./engine.ts";

export interface ServerParts {
  readonly engine: Engine;
  /** Requests wait for it; where it fails, their connections end. */
  readonly ready?: Promise<void>;
  /** Called with unexpected errors. Their messages may quote a query. */
  onFailure(error: unknown): void;
}

/** Prisma's transaction ids have 25 characters or more; a shorter one would crash the engine. */
const transactionId = /^.{25,}$/;

const notFound: Answer = { status: 404, body: "{}" };

/** The HTTP interface of Prisma's query engine. */
export function createEngineServer({ engine, ready, onFailure }: ServerParts): Server {
  const server = createServer(async (request, response) => {
    if (!(await isReady(ready))) return void request.socket.destroy();
    const { status, body } = await answer(engine, request).catch((error: unknown) => failed(error, onFailure));
    response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.end(body);
  });
  // The client keeps its connections for as long as it likes, and a query takes as long as it takes.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  return server;
}

async function isReady(ready: Promise<void> | undefined): Promise<boolean> {
  return ready === undefined || ready.then(() => true).catch(() => false);
}

async function answer(engine: Engine, request: IncomingMessage): Promise<Answer> {
  const { method, url = "/" } = request;
  if (method === "GET" && url === "/status") return { status: 200, body: '{"status":"ok"}' };
  if (method === "GET" && url.startsWith("/metrics")) {
    return { status: 200, body: '{"counters":[],"gauges":[],"histograms":[]}' };
  }
  if (method !== "POST") return notFound;
  const body = await bodyOf(request);
  if (url === "/") {
    const transaction = request.headers["x-transaction-id"];
    if (typeof transaction !== "string") return engine.query(body);
    return transactionId.test(transaction) ? engine.query(body, transaction) : notFound;
  }
  if (url === "/transaction/start") return engine.start(body);
  const [, id = "", verb] = /^\/transaction\/([^/]+)\/(commit|rollback)$/.exec(url) ?? [];
  if (!transactionId.test(id)) return notFound;
  if (verb === "commit") return engine.commit(id);
  return verb === "rollback" ? engine.rollback(id) : notFound;
}

/** The answer to a failed request, which the client turns into an error. All but an unreadable query is our fault. */
function failed(error: unknown, onFailure: (error: unknown) => void): Answer {
  const isUnread = error instanceof SyntaxError;
  if (!isUnread) onFailure(error);
  // JSON.parse would quote the text.
  const said = isUnread && error.message.startsWith("the query ") ? error.message : "the request cannot be read";
  const message = isUnread ? said : "the query engine failed";
  const facing = { is_panic: !isUnread, message, meta: {}, error_code: isUnread ? "P2009" : "P2023" };
  return { status: 200, body: JSON.stringify({ errors: [{ error: message, user_facing_error: facing }] }) };
}
