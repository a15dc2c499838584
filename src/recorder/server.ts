import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { messageOf } from "../errors/describe.ts";
import { type Body, readRequestBody } from "./body.ts";
import { recorderService } from "./identity.ts";
import { type ApiContext, type ApiResponse, answer } from "./routes.ts";

export type RecorderLog = (level: "debug" | "error", line: string) => void;

// Thrown by the body's reader through a handler, so that no handler has to know about broken bodies.
const brokenBody = Symbol("broken body");

interface BrokenBody {
  readonly [brokenBody]: Extract<Body, { readonly ok: false }>;
}

const isBrokenBody = (thrown: unknown): thrown is BrokenBody =>
  typeof thrown === "object" && thrown !== null && brokenBody in thrown;

const parsedBody = async (request: IncomingMessage): Promise<unknown> => {
  const body = await readRequestBody(request);
  if (body.ok) return body.value;
  const broken: BrokenBody = { [brokenBody]: body };
  throw broken;
};

const targetOf = (request: IncomingMessage): { readonly path: string; readonly query: URLSearchParams } | null => {
  const [path = "/", ...query] = (request.url ?? "/").split("?");
  try {
    return { path: decodeURIComponent(path), query: new URLSearchParams(query.join("?")) };
  } catch {
    return null;
  }
};

const respond = async (request: IncomingMessage, context: ApiContext, log: RecorderLog): Promise<ApiResponse> => {
  const target = targetOf(request);
  if (target === null) return { status: 400, body: { message: "Malformed path" } };
  try {
    return await answer(
      {
        ...target,
        method: request.method ?? "GET",
        authorization: request.headers.authorization,
        body: () => parsedBody(request),
      },
      context,
    );
  } catch (error) {
    if (isBrokenBody(error)) return { status: error[brokenBody].status, body: { message: error[brokenBody].message } };
    log("error", `${request.method} ${target.path}: ${messageOf(error)}`);
    return {
      status: 500,
      body: { message: "Internal Server Error", error: "InternalServerError", service: recorderService },
    };
  }
};

const send = (request: IncomingMessage, response: ServerResponse, { status, body }: ApiResponse): void => {
  const html = typeof body === "string";
  const text = html ? body : JSON.stringify(body);
  response.writeHead(status, {
    "content-type": html ? "text/html; charset=utf-8" : "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    ...(html ? { "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'" } : {}),
  });
  response.end(text);
  // A sender that is still writing reads its answer only when the rest was taken.
  request.resume();
};

/** The recorder as an HTTP server that does not listen yet. The log gets a line a request, at debug, without keys. */
export const createRecorder = (context: ApiContext, log: RecorderLog): Server =>
  createServer(async (request, response) => {
    const answered = await respond(request, context, log);
    send(request, response, answered);
    log("debug", `${request.method} ${request.url?.split("?")[0]} ${answered.status}`);
  });
