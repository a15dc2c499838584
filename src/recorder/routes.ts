import { type ApiKeys, refuse } from "./auth.ts";
import { recorderService, recorderVersion } from "./identity.ts";
import { readBatch } from "./ingestion.ts";
import { isObject } from "./json.ts";
import { homePage, tracePage } from "./page.ts";
import { type Parsed, readDailyQuery, readObservationQuery, readTraceQuery } from "./queries.ts";
import type { Store } from "./store.ts";
import { dailyView, fullTraceView, metaView, observationView, type Project, traceView } from "./views.ts";

export interface ApiRequest {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  /** Reads and parses the body; called only for who may send one. */
  readonly body: () => Promise<unknown>;
}

export interface ApiResponse {
  readonly status: number;
  /** A string is HTML, anything else goes out as JSON. */
  readonly body: unknown;
}

export interface ApiContext {
  readonly store: Store;
  readonly project: Project;
  readonly keys: ApiKeys;
  readonly now: () => Date;
}

type Handler = (request: ApiRequest, context: ApiContext) => Promise<ApiResponse>;

const ok = (body: unknown): ApiResponse => ({ status: 200, body });
const notFound = (message: string): ApiResponse => ({ status: 404, body: { message, error: "LangfuseNotFoundError" } });

const withQuery = async <T>(parsed: Parsed<T>, use: (query: T) => Promise<unknown>): Promise<ApiResponse> =>
  parsed.ok
    ? ok(await use(parsed.query))
    : { status: 400, body: { message: "Invalid request data", error: parsed.problems } };

const identity = { version: recorderVersion, service: recorderService };

const health: Handler = async ({ query }, { store }) => {
  const check = query.get("failIfDatabaseUnavailable") === "true";
  const answers =
    !check ||
    (await store.ping().then(
      () => true,
      () => false,
    ));
  return answers
    ? ok({ status: "OK", ...identity })
    : { status: 503, body: { status: "Database not available", ...identity } };
};

const ingest: Handler = async ({ body }, { store, now }) => {
  const parsed = await body();
  const batch = isObject(parsed) ? parsed["batch"] : undefined;
  if (!Array.isArray(batch)) {
    return { status: 400, body: { message: "Invalid request data", errors: ["batch: expected a list of events"] } };
  }
  const { changes, successes, errors } = readBatch(batch);
  if (changes.length > 0) await store.write(changes, now().toISOString());
  return { status: 207, body: { successes, errors } };
};

const listTraces: Handler = ({ query: params }, { store, project }) =>
  withQuery(readTraceQuery(params), async (query) => {
    const { rows, total } = await store.traces(query);
    return { data: rows.map((row) => traceView(project, row)), meta: metaView(query.page, query.limit, total) };
  });

const oneTrace: Handler = async ({ path }, { store, project }) => {
  const full = await store.trace(path.slice("/api/public/traces/".length));
  return full === null ? notFound("Trace not found within authorized project") : ok(fullTraceView(project, full));
};

const listObservations: Handler = ({ query: params }, { store, project }) =>
  withQuery(readObservationQuery(params), async (query) => {
    const { rows, total } = await store.observations(query);
    return { data: rows.map((row) => observationView(project, row)), meta: metaView(query.page, query.limit, total) };
  });

const daily: Handler = ({ query: params }, { store }) =>
  withQuery(readDailyQuery(params), async ({ page, limit, ...filter }) => {
    const days = dailyView(await store.daily(filter));
    return { data: days.slice((page - 1) * limit, page * limit), meta: metaView(page, limit, days.length) };
  });

const home: Handler = async (_, { store, project }) => {
  const newest = { field: "timestamp", descending: true } as const;
  return ok(homePage(project, (await store.traces({ page: 1, limit: 50, tags: [], orderBy: newest })).rows));
};

const traceOnPage: Handler = async ({ path }, { store }) => {
  const full = await store.trace(path.replace(/^\/project\/[^/]+\/traces\//, ""));
  return full === null ? notFound("Trace not found") : ok(tracePage(full));
};

interface Route {
  readonly path: RegExp;
  readonly method: "GET" | "POST";
  readonly open: boolean;
  readonly handle: Handler;
}

const get = (path: RegExp, handle: Handler, open = false): Route => ({ path, method: "GET", open, handle });

const routes: readonly Route[] = [
  get(/^\/api\/public\/health$/, health, true),
  get(/^\/api\/public\/ready$/, async () => ok({ status: "OK", ...identity }), true),
  get(/^\/api\/public\/projects$/, async (_, { project }) => ok({ data: [project] })),
  { path: /^\/api\/public\/ingestion$/, method: "POST", open: false, handle: ingest },
  get(/^\/api\/public\/traces$/, listTraces),
  get(/^\/api\/public\/traces\/.+$/, oneTrace),
  get(/^\/api\/public\/observations$/, listObservations),
  get(/^\/api\/public\/metrics\/daily$/, daily),
  get(/^\/$/, home, true),
  get(/^\/project\/[^/]+\/traces\/.+$/, traceOnPage, true),
];

/** One request, answered. Rejects where the store or the body does. */
export const answer = async (request: ApiRequest, context: ApiContext): Promise<ApiResponse> => {
  const route = routes.find(({ path }) => path.test(request.path));
  if (route === undefined) {
    const message = `${request.path} is not here: this is the ${recorderService}, not Langfuse`;
    return { status: 404, body: { message, error: "NotFoundError", service: recorderService } };
  }
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (method !== route.method) return { status: 405, body: { message: "Method not allowed" } };
  const refusal = route.open ? null : refuse(request.authorization, context.keys);
  if (refusal === null) return route.handle(request, context);
  const error = route.method === "POST" ? { error: "UnauthorizedError" } : {};
  return { status: 401, body: { ...error, message: refusal } };
};
