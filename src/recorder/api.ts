import { randomUUID } from "node:crypto";
import { type ApiKeys, accessOf, type Scope } from "./auth.ts";
import { recorderService, recorderVersion } from "./identity.ts";
import { type EventAnswer, readBatch } from "./ingestion.ts";
import { type Parsed, readDailyQuery, readObservationQuery, readPageQuery, readTraceQuery } from "./queries.ts";
import type { Found, PageQuery, Store } from "./store.ts";
import * as view from "./views.ts";

export interface ApiRequest {
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  /** Reads and parses the body; called only once the sender is known to be allowed to send one. */
  readonly body: () => Promise<unknown>;
}

export interface ApiResponse {
  readonly status: number;
  readonly kind: "json" | "html" | "text";
  /** HTML and plain texts are strings. */
  readonly body: unknown;
  /** Where a redirection leads. */
  readonly location?: string;
}

export interface ApiContext {
  readonly store: Store;
  readonly project: view.Project;
  readonly keys: ApiKeys;
  readonly now: () => Date;
}

type Handler = (
  request: ApiRequest & { readonly id: string; readonly scope: Scope },
  context: ApiContext,
) => Promise<ApiResponse>;

interface Route {
  /** Its first group is an id. */
  readonly path: RegExp;
  readonly methods: readonly string[];
  /** Who may call it: anybody, whoever has at least the public key, or only whoever has the secret key. */
  readonly access: "open" | "scores" | "all";
  readonly handle: Handler;
}

const identity = { version: recorderVersion, service: recorderService };

const health: Handler = async ({ query }, { store }) => {
  if (query.get("failIfDatabaseUnavailable") !== "true") return ok({ status: "OK", ...identity });
  return store.ping().then(
    () => ok({ status: "OK", ...identity }),
    () => json(503, { status: "Database not available", ...identity }),
  );
};

const ingest: Handler = async ({ body, scope }, context) => {
  const said = await body();
  const problem = problemOf(said);
  if (problem !== null) return json(400, { message: "Invalid request data", errors: [problem] });
  return json(207, await store((said as { readonly batch: readonly unknown[] }).batch, scope, context));
};

const daily: Handler = ({ query }, { store: { daily: count } }) => {
  const days = async ({ page, limit, ...filter }: PageQuery & Parameters<typeof count>[0]) => {
    const all = view.dailyView(await count(filter));
    return { rows: all.slice((page - 1) * limit, page * limit), total: all.length };
  };
  return listed(readDailyQuery(query), days, (day) => day);
};

const session: Handler = async ({ id }, { store: { session: read }, project }) => {
  const traces = await read(id);
  const [first] = traces;
  if (first === undefined) return notFound("Session");
  const createdAt = traces.map((trace) => trace.createdAt).reduce((one, other) => (one < other ? one : other));
  return ok({
    ...view.sessionView(project, { id, createdAt }),
    traces: traces.map((trace) => view.traceView(project, trace)),
  });
};

const nothingKept: Handler = async () => {
  const meta = { page: 1, limit: 10, totalPages: 0, totalItems: 0 };
  return ok({ data: [], meta, pagination: meta });
};

/** Media files are not kept. Refusing them at once keeps the SDK from retrying while traces wait to be sent. */
const noMedia: Handler = async () => json(404, { message: "Media are not kept", error: "LangfuseNotFoundError" });

const anyMethod = ["GET", "HEAD", "POST"];

const ingestionPath = "/api/public/ingestion";

const routes: readonly Route[] = [
  get(/^\/api\/public\/health$/, health, "open", anyMethod),
  get(/^\/api\/public\/ready$/, async () => ok({ status: "OK", ...identity }), "open", anyMethod),
  get(/^\/api\/public\/projects$/, async (_, { project }) => ok({ data: [project] }), "scores"),
  post(/^\/api\/public\/ingestion$/, ingest, "scores"),
  get(/^\/api\/public\/traces$/, ({ query }, { store: { traces }, project }) =>
    listed(readTraceQuery(query), traces, (row) => view.traceSummaryView(project, row)),
  ),
  post(/^\/api\/public\/traces$/, single("trace-create")),
  get(/^\/api\/public\/traces\/([^/]+)$/, async ({ id }, { store: { trace }, project }) => {
    const full = await trace(id);
    return full === null ? notFound("Trace") : ok(view.fullTraceView(project, full));
  }),
  get(/^\/api\/public\/observations$/, ({ query }, { store: { observations }, project }) =>
    listed(readObservationQuery(query), observations, (row) => view.observationView(project, row)),
  ),
  get(/^\/api\/public\/observations\/([^/]+)$/, async ({ id }, { store: { observation }, project }) => {
    const found = await observation(id);
    return found === null ? notFound("Observation") : ok(view.observationView(project, found));
  }),
  post(/^\/api\/public\/spans$/, single("span-create")),
  post(/^\/api\/public\/generations$/, single("generation-create")),
  post(/^\/api\/public\/events$/, single("event-create")),
  get(/^\/api\/public\/scores$/, ({ query }, { store: { scores }, project }) =>
    listed(readPageQuery(query), scores, (row) => view.scoreView(project, row)),
  ),
  post(/^\/api\/public\/scores$/, single("score-create"), "scores"),
  get(/^\/api\/public\/sessions$/, ({ query }, { store: { sessions }, project }) =>
    listed(readPageQuery(query), sessions, (row) => view.sessionView(project, row)),
  ),
  get(/^\/api\/public\/sessions\/([^/]+)$/, session),
  get(/^\/api\/public\/metrics\/daily$/, daily),
  get(/^\/api\/public\/v2\/prompts$/, nothingKept),
  get(/^\/api\/public\/models$/, ({ query }) =>
    listed(
      readPageQuery(query),
      async () => ({ rows: [], total: 0 }),
      () => null,
    ),
  ),
  post(/^\/api\/public\/media$/, noMedia),
];

/** One request, answered. Rejects where the store or the body does. */
export async function answer(request: ApiRequest, context: ApiContext): Promise<ApiResponse> {
  const { path, method } = request;
  if (path.length > 1 && path.endsWith("/")) {
    return { status: 308, kind: "text", body: path.slice(0, -1), location: path.slice(0, -1) };
  }
  const found = routes.flatMap((route) => {
    const match = route.path.exec(path);
    return match === null ? [] : [{ route, id: decodeURIComponent(match[1] ?? "").replaceAll("\0", "") }];
  });
  if (found.length === 0) {
    const message = `${path} is not here: this is the ${recorderService}, not Langfuse`;
    return json(404, { message, error: "NotFoundError", service: recorderService });
  }
  const chosen = found.find(({ route }) => route.methods.includes(method));
  if (chosen === undefined) return json(405, { message: "Method not allowed", error: "MethodNotAllowedError" });
  const { route, id } = chosen;
  if (route.access === "open") return route.handle({ ...request, id, scope: "all" }, context);
  const access = accessOf(request.authorization, context.keys);
  if (access.ok && (access.scope === "all" || route.access === "scores")) {
    return route.handle({ ...request, id, scope: access.scope }, context);
  }
  const message = access.ok ? "Access denied - need to use basic auth with secret key" : access.refusal;
  return json(401, path === ingestionPath ? { error: "UnauthorizedError", message } : { message });
}

function json(status: number, body: unknown): ApiResponse {
  return { status, kind: "json", body };
}

function ok(body: unknown): ApiResponse {
  return json(200, body);
}

function notFound(what: string): ApiResponse {
  return json(404, { message: `${what} not found within authorized project`, error: "LangfuseNotFoundError" });
}

async function store(
  events: readonly unknown[],
  scope: Scope,
  context: ApiContext,
): Promise<{ readonly successes: readonly EventAnswer[]; readonly errors: readonly EventAnswer[] }> {
  const { changes, ...answers } = await readBatch(events, {
    scope,
    newId: randomUUID,
    isStored: async (id) => (await context.store.observation(id)) !== null,
  });
  if (changes.length > 0) await context.store.write(changes, context.now().toISOString());
  return answers;
}

/** What is wrong with a batch as a whole, in Langfuse's words; null where nothing is. */
function problemOf(said: unknown): string | null {
  if (kindOf(said) !== "object") return `Expected object, received ${kindOf(said)}`;
  const { batch } = said as { readonly batch?: unknown };
  if (batch === undefined) return "Required";
  return Array.isArray(batch) ? null : `Expected array, received ${kindOf(batch)}`;
}

function kindOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

/** Langfuse's older way to send one record; its answer is the record's id. */
function single(type: string): Handler {
  return async ({ body, scope }, context) => {
    const said = await body();
    if (kindOf(said) !== "object") return json(400, { message: "Invalid request data", error: [] });
    const { id = randomUUID() } = said as { readonly id?: unknown };
    const event = { id: randomUUID(), type, timestamp: context.now().toISOString(), body: { ...(said as object), id } };
    const [refusal] = (await store([event], scope, context)).errors;
    return refusal === undefined
      ? ok({ id })
      : json(refusal.status, { message: refusal.message, error: refusal.error });
  };
}

async function listed<Query extends PageQuery, Row>(
  parsed: Parsed<Query>,
  find: (query: Query) => Promise<Found<Row>>,
  show: (row: Row) => unknown,
): Promise<ApiResponse> {
  if (!parsed.ok) return json(400, { message: "Invalid request data", error: parsed.problems });
  const { page, limit } = parsed.query;
  const { rows, total } = await find(parsed.query);
  return ok({ data: rows.map(show), meta: view.metaView(page, limit, total) });
}

function get(path: RegExp, handle: Handler, access: Route["access"] = "all", methods = ["GET"]): Route {
  return {
    path,
    methods,
    access,
    handle,
  };
}

function post(path: RegExp, handle: Handler, access: Route["access"] = "all"): Route {
  return get(path, handle, access, ["POST"]);
}
