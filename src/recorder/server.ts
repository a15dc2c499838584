import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { messageOf } from "../errors/describe.ts";
import type { Ask } from "../langfuse/list.ts";
import { systemClock } from "../platform/clock.ts";
import { type ApiContext, type ApiResponse, answer } from "./api.ts";
import { createPage, type PageOptions } from "./page.ts";

export type RecorderLog = (level: "debug" | "error", line: string) => void;

/**
 * The recorder as an HTTP server that does not listen yet. Each request to the API is logged in one line, at level
 * debug, without its query and keys.
 */
export function createRecorder(context: ApiContext, log: RecorderLog, page: PageParts = noPage): Server {
  const answerPage = createPage({ ...page, project: context.project, ask: askOf(context) });
  return createServer(async (request, response) => {
    try {
      if (await answerPage(request, response)) return;
    } catch (error) {
      log("error", `${request.method} ${request.url?.split("?")[0]}: ${messageOf(error)}`);
      response.destroy();
      return;
    }
    const answered = await respond(request, context, log);
    send(request, response, answered);
    log("debug", `${request.method} ${request.url?.split("?")[0]} ${answered.status}`);
  });
}

export type PageParts = Pick<PageOptions, "files" | "login" | "clock">;

const noPage: PageParts = { files: new Map(), login: null, clock: systemClock };

/** The page's questions are answered by the same code as requests to the API, with the recorder's own keys. */
function askOf(context: ApiContext): Ask {
  const { publicKey, secretKey } = context.keys;
  const authorization = `Basic ${Buffer.from(`${publicKey}:${secretKey}`).toString("base64")}`;
  return async (asked) => {
    const [path = "", query] = asked.split("?");
    const question = { method: "GET", path, query: new URLSearchParams(query), authorization, body: async () => null };
    const { status, body } = await answer(question, context);
    return status === 200 ? body : undefined;
  };
}

/** A body that cannot be read; thrown through a handler, so that no handler has to know about it. */
class UnreadableBody extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function respond(request: IncomingMessage, context: ApiContext, log: RecorderLog): Promise<ApiResponse> {
  const target = targetOf(request);
  if (target === null) return { status: 400, kind: "html", body: "<h1>Malformed path</h1>" };
  const method = request.method ?? "GET";
  const { authorization } = request.headers;
  try {
    return await answer({ ...target, method, authorization, body: () => readBody(request) }, context);
  } catch (error) {
    if (error instanceof UnreadableBody) return { status: error.status, kind: "text", body: error.message };
    log("error", `${method} ${target.path}: ${messageOf(error)}`);
    const body = { message: "Internal Server Error", error: "An unknown error occurred" };
    return { status: 500, kind: "json", body };
  }
}

/** Null where the path cannot be decoded. */
function targetOf(request: IncomingMessage): { readonly path: string; readonly query: URLSearchParams } | null {
  const [path = "/", ...query] = (request.url ?? "/").split("?");
  try {
    decodeURIComponent(path);
    return { path, query: new URLSearchParams(query.join("?")) };
  } catch {
    return null;
  }
}

/** Langfuse's limit. */
const bodyLimitBytes = 4.5 * 1024 * 1024;

/** The body: parsed where its type is JSON, else as text. Throws UnreadableBody. */
async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  // What is over the limit is read all the same, and dropped.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= bodyLimitBytes) chunks.push(chunk);
  }
  if (size > bodyLimitBytes) throw new UnreadableBody(413, "Body exceeded 4.5mb limit");
  const text = Buffer.concat(chunks).toString("utf8");
  if (!/^application\/(?:json|ld\+json)\b/i.test(request.headers["content-type"] ?? "")) return text;
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableBody(400, "Invalid JSON");
  }
}

const contentTypes = { json: "application/json; charset=utf-8", html: "text/html; charset=utf-8", text: null } as const;

function send(request: IncomingMessage, response: ServerResponse, { status, kind, body, location }: ApiResponse): void {
  const text = kind === "json" ? JSON.stringify(body) : String(body);
  const type = contentTypes[kind];
  response.writeHead(status, {
    ...(type === null ? {} : { "content-type": type }),
    ...(location === undefined ? {} : { location }),
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    ...(kind === "html" ? { "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'" } : {}),
  });
  response.end(text);
  // A client that is still sending its body reads the answer only after the rest was received.
  request.resume();
}
