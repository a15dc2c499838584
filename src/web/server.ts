import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { messageOf } from "../errors/describe.ts";
import { type PageFile, pageHeaders } from "../pages/files.ts";
import { addressOf, cookieOf, isOwnHost, isOwnOrigin, isSame, newSecret, setCookie } from "../pages/guard.ts";

/** A request of our own page, which has passed the checks of host, origin and cookie. */
export interface PageRequest {
  readonly method: string;
  /** Begins with /api/. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Fires when the browser has left. */
  readonly signal: AbortSignal;
  body(): Promise<unknown>;
}

export interface PageServerOptions {
  readonly files: ReadonlyMap<string, PageFile>;
  /** Lets one browser in, once; from then on the browser has a cookie. */
  readonly token: string;
  /** Answers whole or piece by piece; `explain` turns what it throws into an answer. */
  readonly answer: (request: PageRequest, response: ServerResponse) => Promise<void>;
  readonly explain: (error: unknown) => { readonly status: number; readonly json: string };
  /** Called for each request with the right cookie. */
  readonly onVisit: () => void;
}

const bodyLimitBytes = 16 * 1024 * 1024;

/** The page's server, which does not listen yet. Nothing of a project is answered without the cookie. */
export function createPageServer(options: PageServerOptions): Server {
  const session = newSecret();
  let token: string | null = options.token;
  const enter = (given: string, request: IncomingMessage, response: ServerResponse): void => {
    if (isKnown(request, session)) redirect(response);
    else if (token === null || !isSame(given, token)) refuse(response, 401, usedText);
    else {
      token = null;
      redirect(response, setCookie(cookieName(request), session));
    }
  };
  return createServer(async (request, response) => {
    if (!isOwnHost(request)) return refuse(response, 421, "This page answers to 127.0.0.1 and localhost alone.");
    const url = addressOf(request);
    if (url === null) return refuse(response, 400, "This is no address.");
    const given = url.searchParams.get("token");
    if (url.pathname === "/" && given !== null && request.method === "GET") return enter(given, request, response);
    // Another site's page may not even learn whether this one is there.
    if (!isOwnOrigin(request)) return refuse(response, 403, "Another page has sent this.");
    if (!isKnown(request, session)) return refuse(response, 401, strangerText);
    options.onVisit();
    if (url.pathname.startsWith("/api/")) return answerQuestion(options, request, response, url);
    sendFile(options.files.get(url.pathname), request, response);
  });
}

const strangerText = "Open the address that goat-dev open has printed: it lets this browser in.";
const usedText = "This address has let a browser in already. Type goat-dev open again for a new one.";

/** Has the port in it: cookies are shared by all ports of a host, and two pages must not overwrite each other's. */
function cookieName({ socket }: IncomingMessage): string {
  return `goat-dev-${socket.localPort}`;
}

function isKnown(request: IncomingMessage, session: string): boolean {
  const cookie = cookieOf(request, cookieName(request));
  return cookie !== undefined && isSame(cookie, session);
}

function redirect(response: ServerResponse, cookie?: string): void {
  response.writeHead(303, { ...pageHeaders, location: "/", ...(cookie === undefined ? {} : { "set-cookie": cookie }) });
  response.end();
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    ...pageHeaders,
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
  });
  response.end(`${text}\n`);
}

function sendFile(file: PageFile | undefined, { method }: IncomingMessage, response: ServerResponse): void {
  if (file === undefined || (method !== "GET" && method !== "HEAD")) {
    const [status, text] = file === undefined ? [404, "There is nothing here."] : [405, "This can only be read."];
    refuse(response, status, text);
    return;
  }
  const cache = file.forever ? "private, max-age=31536000, immutable" : "no-store";
  response.writeHead(200, { ...pageHeaders, "content-type": file.type, "cache-control": cache });
  response.end(method === "HEAD" ? undefined : file.body);
}

async function answerQuestion(
  { answer, explain }: PageServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  { pathname: path, searchParams: query }: URL,
): Promise<void> {
  const left = new AbortController();
  response.once("close", () => left.abort(new DOMException("the browser has left", "AbortError")));
  const { method = "GET" } = request;
  try {
    await answer({ method, path, query, signal: left.signal, body: () => readJson(request) }, response);
  } catch (error) {
    if (left.signal.aborted) return;
    const { status, json } = error instanceof UnreadableBody ? unreadable(error) : explain(error);
    if (response.headersSent) response.destroy();
    else sendJson(response, status, json);
  }
}

class UnreadableBody extends Error {
  override readonly name = "UnreadableBody";
}

function unreadable(error: unknown): { readonly status: number; readonly json: string } {
  return {
    status: 400,
    json: JSON.stringify({ error: { code: "usage", message: messageOf(error), evidence: [], fixes: [] } }),
  };
}

/** Wants application/json, which no form can send: another site's script needs a preflight, which is refused. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? ""))
    throw new UnreadableBody("the request has to be application/json");
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > bodyLimitBytes) throw new UnreadableBody("the request is over 16 MB");
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString("utf8"));
  } catch {
    throw new UnreadableBody("the request is no JSON");
  }
}

export function sendJson(response: ServerResponse, status: number, json: string): void {
  response.writeHead(status, {
    ...pageHeaders,
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
  });
  response.end(json);
}
