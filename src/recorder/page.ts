import type { IncomingMessage, ServerResponse } from "node:http";
import { messageOf } from "../errors/describe.ts";
import type { Ask } from "../langfuse/list.ts";
import { openEventStream } from "../pages/event-stream.ts";
import { type PageFile, pageHeaders } from "../pages/files.ts";
import { addressOf, cookieOf, isOwnOrigin, isSame, newSecret, setCookie } from "../pages/guard.ts";
import { createLive } from "../pages/live.ts";
import { answerTraces, tellTraces } from "../pages/trace-questions.ts";
import type { Clock } from "../platform/clock.ts";
import { recorderService, recorderVersion } from "./identity.ts";
import { type LogInForm, logInPage, readForm } from "./log-in.ts";
import type { Project } from "./views.ts";

/** The user of Langfuse that the Compose file names. */
export interface Login {
  readonly email: string;
  readonly password: string;
}

export interface PageOptions {
  readonly files: ReadonlyMap<string, PageFile>;
  readonly project: Project;
  /** Null where the Compose file names no user: nobody gets in. */
  readonly login: Login | null;
  /** Asks the recorder's own API. */
  readonly ask: Ask;
  readonly clock: Clock;
}

/** True where the page has answered; false leaves the request to the API. */
export type AnswerPage = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

const cookieName = "goat-dev-recorder";
const tracePath = /^\/project\/[^/]+\/traces\/([^/]+)$/;
/** After so many refused log-ins within a minute, every log-in is refused. */
const triesLimit = 20;
const triesMs = 60_000;

/** The traces as `goat-dev open` shows them, behind a log-in with Langfuse's user and password. */
export function createPage({ files, project, login, ask, clock }: PageOptions): AnswerPage {
  const sessions = new Set<string>();
  const explain = messageOf;
  const live = createLive(
    (tell, signal) => tellTraces(ask, tell, explain, { clock, signal }),
    (text) => text,
  );
  let wrong: readonly number[] = [];
  const isTired = (): boolean => {
    wrong = wrong.filter((at) => clock.now() - at < triesMs);
    return wrong.length >= triesLimit;
  };
  const logIn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = await readForm(request);
    const next = form.next.startsWith("/") && !/^\/[/\\]/.test(form.next) ? form.next : "/";
    if (login === null || isTired() || !isRight(form, login)) {
      wrong = [...wrong, clock.now()];
      const why = isTired()
        ? "Too many tries; wait a minute."
        : "Wrong user or password: LANGFUSE_INIT_USER_EMAIL and LANGFUSE_INIT_USER_PASSWORD of the Compose file count.";
      sendHtml(response, 401, logInPage({ project, isOpen: login !== null, next, why }));
      return;
    }
    const session = newSecret();
    sessions.add(session);
    response.writeHead(303, { ...pageHeaders, location: next, "set-cookie": setCookie(cookieName, session) }).end();
  };
  const isIn = (request: IncomingMessage): boolean => sessions.has(cookieOf(request, cookieName) ?? "");

  const answerApi = async (url: URL, response: ServerResponse): Promise<void> => {
    if (url.pathname === "/api/events") return live.join(openEventStream(response, pageHeaders));
    const about = { stack: project.name, version: recorderVersion, views: ["calls"], note: recorderService };
    const found = url.pathname === "/api/about" ? about : await answerTraces(ask, url.pathname, url.searchParams);
    sendJson(response, found === undefined ? 404 : 200, found ?? refusalOf("there is nothing here"));
  };

  const answer = async (kind: Kind, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname: path } = url;
    const file = files.get(path);
    if (kind === "log-in") await logIn(request, response);
    else if (kind === "style") sendFile(response, file);
    else if (isIn(request)) {
      if (kind === "api") await answerApi(url, response);
      else if (kind === "trace") {
        response.writeHead(303, { ...pageHeaders, location: `/#/calls/${tracePath.exec(path)?.[1]}` }).end();
      } else sendFile(response, file);
    } else if (kind === "api") sendJson(response, 401, refusalOf("Log in again."));
    else sendHtml(response, 200, logInPage({ project, isOpen: login !== null, next: path, why: null }));
  };

  return async (request, response) => {
    const url = addressOf(request);
    const kind = url === null ? null : kindOf(url.pathname, request.method, files);
    if (url === null || kind === null) return false;
    // Any website may link to the page or to a trace; no other request may come from another site's page.
    const isForeign = kind !== "page" && kind !== "trace" && !isOwnOrigin(request);
    if (!isKnownHost(request) || isForeign)
      sendText(
        response,
        403,
        "Refused: this request comes from another site. Open the page at localhost or 127.0.0.1.",
      );
    else await answer(kind, url, request, response);
    return true;
  };
}

type Kind = "log-in" | "style" | "api" | "trace" | "page" | "file";

/** Null for a request that the API has to answer. */
function kindOf(path: string, method: string | undefined, files: PageOptions["files"]): Kind | null {
  if (path === "/log-in" && method === "POST") return "log-in";
  if (method !== "GET" && method !== "HEAD") return null;
  if (path === "/log-in.css") return "style";
  if (/^\/api\/(?:about|events|traces)(?:\/|$)/.test(path)) return "api";
  if (tracePath.test(path)) return "trace";
  if (path === "/") return "page";
  return files.has(path) ? "file" : null;
}

function refusalOf(message: string): unknown {
  return { error: { code: "usage", message, evidence: [], fixes: [] } };
}

function isRight({ email, password }: LogInForm, login: Login): boolean {
  // Both are compared in every case, so that the time does not tell which one is wrong.
  return [isSame(email, login.email), isSame(password, login.password)].every(Boolean);
}

/**
 * False for a host name with a dot: its owner may point it at this machine by DNS, and a page of theirs would then
 * share this page's origin.
 */
function isKnownHost({ headers }: IncomingMessage): boolean {
  const name = (headers.host ?? "").replace(/:\d+$/, "");
  return !name.includes(".") || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name);
}

function sendFile(response: ServerResponse, file: PageFile | undefined): void {
  if (file === undefined) {
    sendText(response, 404, "There is nothing here.");
    return;
  }
  const cache = file.forever ? "private, max-age=31536000, immutable" : "no-store";
  response.writeHead(200, { ...pageHeaders, "content-type": file.type, "cache-control": cache }).end(file.body);
}

function sendHtml(response: ServerResponse, status: number, html: string): void {
  // With `no-referrer` a browser would not say from which page the form was sent.
  const headers = { ...pageHeaders, "referrer-policy": "same-origin", "content-type": "text/html; charset=utf-8" };
  response.writeHead(status, { ...headers, "cache-control": "no-store" }).end(html);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...pageHeaders, "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const headers = { ...pageHeaders, "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
  response.writeHead(status, headers).end(JSON.stringify(value));
}
