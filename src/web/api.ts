import type { ServerResponse } from "node:http";
import type { App } from "../app/app.ts";
import { models } from "../app/models/list.ts";
import { spend } from "../app/spend.ts";
import { status } from "../app/status.ts";
import { openTracing } from "../app/traces/open-tracing.ts";
import { describe } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import type { Ask } from "../langfuse/list.ts";
import { openEventStream } from "../pages/event-stream.ts";
import { pageHeaders } from "../pages/files.ts";
import { createLive } from "../pages/live.ts";
import { answerTraces, tellTraces } from "../pages/trace-questions.ts";
import { chat } from "./chat.ts";
import { type PageRequest, sendJson } from "./server.ts";
import { act, streamLogs } from "./services.ts";

export interface Api {
  readonly answer: (request: PageRequest, response: ServerResponse) => Promise<void>;
  readonly explain: (error: unknown) => { readonly status: number; readonly json: string };
  /** How many pages listen. */
  readonly listeners: () => number;
}

const dayMs = 86_400_000;

/** The page's API: the app's functions behind paths. Each request reads the project anew, so edits count at once. */
export function createApi(app: App): Api {
  const live = createLive((tell, signal) => watch(app, tell, signal), app.redact);
  const answer: Api["answer"] = async (request, response) => {
    if (isPost(request, "/api/chat")) {
      return chat(await request.body(), response, within(app, request.signal));
    }
    if (request.path === "/api/logs") {
      return streamLogs(request.query.get("service"), response, within(app, request.signal));
    }
    if (request.path === "/api/events") return live.join(openEventStream(response, pageHeaders));
    // An action that has begun goes on even if the browser leaves.
    const found = isPost(request, "/api/services")
      ? await act(await request.body(), app, live.tell)
      : await find(request, within(app, request.signal));
    if (found === undefined) throw new GoatError("usage", `there is nothing at ${request.path}`);
    // Secrets of .env are masked in every answer, wherever its text comes from.
    sendJson(response, 200, app.redact(JSON.stringify(found)));
  };
  return { answer, explain: (error) => explain(error, app), listeners: live.count };
}

function isPost({ method, path }: PageRequest, wanted: string): boolean {
  return method === "POST" && path === wanted;
}

/** The app for one request: aborted when the browser leaves; it prints nothing on the terminal and asks nobody. */
function within(app: App, signal: AbortSignal): App {
  return { ...app, signal: AbortSignal.any([app.signal, signal]), emit: () => undefined, ask: null };
}

async function find({ method, path, query }: PageRequest, app: App): Promise<unknown> {
  if (method !== "GET") return undefined;
  if (path === "/api/about") return about(app);
  if (path === "/api/spend") return spend({ by: query.get("by") ?? "model", since: daysAgo(query, app) }, app);
  if (path === "/api/models") return models({ usable: false, local: false }, app);
  if (path === "/api/status") return status({}, app);
  if (path.startsWith("/api/traces")) return answerTraces(await askOf(app), path, query);
  return undefined;
}

/** The beginning of a span of days that ends with today. */
function daysAgo(query: URLSearchParams, app: App): string {
  const days = Math.min(366, Math.max(1, Number(query.get("days")) || 30));
  return new Date(app.clock.date().getTime() - (days - 1) * dayMs).toISOString();
}

async function askOf(app: App): Promise<Ask> {
  return (await openTracing(app)).ask;
}

async function about(app: App): Promise<unknown> {
  const { session, tracing } = await openTracing(app);
  return {
    stack: session.stack.name,
    version: app.version,
    tracingUrl: tracing.pageUrl,
    views: ["calls", "spend", "models", "services"],
  };
}

/** Sends new traces to the page; runs while any browser listens. */
async function watch(app: App, tell: (event: string, data: unknown) => void, signal: AbortSignal): Promise<void> {
  const own = within(app, signal);
  const ask: Ask = async (path) => (await askOf(own))(path);
  await tellTraces(ask, tell, (error) => describe(error).message, { clock: app.clock, signal: own.signal });
}

function explain(error: unknown, app: App): { readonly status: number; readonly json: string } {
  const { code, message, evidence, fixes } = describe(error);
  const status = code === "usage" ? 404 : 502;
  return { status, json: app.redact(JSON.stringify({ error: { code, message, evidence, fixes } })) };
}
