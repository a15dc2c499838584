import { createFollower } from "../langfuse/follow.ts";
import { type Ask, listTraces, type TraceFilter, type TracePage } from "../langfuse/list.ts";
import { readDetail, type TraceDetail } from "../langfuse/trace.ts";
import type { Clock } from "../platform/clock.ts";

/** A trace as the page shows it: what was traced, as it was, is asked for by itself. */
export type ShownTrace = Omit<TraceDetail, "generations"> & {
  readonly generations: readonly Omit<TraceDetail["generations"][number], "input" | "output">[];
};

const pageSize = 50;
/** So many pages are looked through for what Langfuse's own filters do not know. */
const lookPages = 20;
const pauseMs = 1_000;

/** What the page asks of traces; undefined for what is not there, and for what is no such question. */
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

/** Tells new traces as they come, and once when nobody answers and when somebody does again, until the signal fires. */
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
      // What came before this look is in no list that was asked for earlier, and is told by none later.
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
