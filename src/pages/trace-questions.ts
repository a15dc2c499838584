import { createFollower } from "../langfuse/follow.ts";
import { type Ask, listTraces, type TraceFilter, type TracePage } from "../langfuse/list.ts";
import { readDetail, type TraceDetail } from "../langfuse/trace.ts";
import type { Clock } from "../platform/clock.ts";

/** A trace as the page shows it. Raw inputs and outputs are left out: the page requests them separately. */
export type ShownTrace = Omit<TraceDetail, "generations"> & {
  readonly generations: readonly Omit<TraceDetail["generations"][number], "input" | "output">[];
};

const pageSize = 50;
/** How many of Langfuse's pages are read at most, for filters that Langfuse itself does not have. */
const lookPages = 20;
const pauseMs = 1_000;

/** Answers the page's requests for traces; undefined where a trace does not exist, and for any other path. */
export async function answerTraces(ask: Ask, path: string, query: URLSearchParams): Promise<unknown> {
  if (path === "/api/traces") return page(ask, query);
  const [, id, raw] = /^\/api\/traces\/([^/]+)(\/raw)?$/.exec(path) ?? [];
  if (id === undefined) return undefined;
  const detail = readDetail(await ask(`/api/public/traces/${id}`));
  if (detail === null) return undefined;
  if (raw === undefined) return shown(detail);
  const found = detail.generations.find((generation) => generation.id === query.get("generation"));
  return found === undefined ? undefined : { input: found.input, output: found.output };
}

function shown(detail: TraceDetail): ShownTrace {
  return { ...detail, generations: detail.generations.map(({ input: _, output: __, ...generation }) => generation) };
}

async function page(ask: Ask, query: URLSearchParams): Promise<TracePage> {
  const filter = filterOf(query);
  const cursor = { page: Number(query.get("page") ?? 1) || 1, before: query.get("before") };
  let found = await listTraces(ask, { filter, cursor, limit: pageSize });
  const rows = [...found.rows];
  for (let count = 1; rows.length < pageSize && found.next !== null && count < lookPages; count += 1) {
    found = await listTraces(ask, { filter, cursor: found.next, limit: pageSize });
    rows.push(...found.rows);
  }
  return { ...found, rows };
}

function filterOf(query: URLSearchParams): TraceFilter {
  const text = (name: string): string | undefined => query.get(name) ?? undefined;
  const number = (name: string): number | undefined => (query.has(name) ? Number(query.get(name)) || 0 : undefined);
  return {
    name: text("name"),
    userId: text("user"),
    sessionId: text("session"),
    since: text("since"),
    tags: query.getAll("tag"),
    models: query.getAll("model"),
    failed: query.get("failed") === "true",
    slowerMs: number("slowerMs"),
    costUsd: number("costUsd"),
  };
}

/** Sends new traces until the signal fires; also `away`, once, when `ask` fails, and `back` when it answers again. */
export async function tellTraces(
  ask: Ask,
  tell: (event: string, data: unknown) => void,
  explain: (error: unknown) => string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const follower = createFollower(ask, {});
  let away: string | null = null;
  let isReady = false;
  while (!signal.aborted) {
    try {
      const rows = await follower.look();
      // The first look reports nothing. `ready` makes the page load its list again, so that it misses no trace
      // that came before this look.
      if (!isReady) tell("ready", {});
      isReady = true;
      if (away !== null) tell("back", {});
      away = null;
      if (rows.length > 0) tell("traces", rows);
    } catch (error) {
      if (signal.aborted) return;
      const why = explain(error);
      if (away !== why) tell("away", { why });
      away = why;
    }
    await clock.sleep(pauseMs, signal).catch(() => undefined);
  }
}
