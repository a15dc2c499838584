import { GoatError } from "../../errors/goat-error.ts";
import { createFollower, type Follower } from "../../langfuse/follow.ts";
import { type Ask, type Cursor, firstPage, listTraces, type TraceFilter } from "../../langfuse/list.ts";
import type { TraceRow } from "../../langfuse/trace.ts";
import { parseLimit } from "../../platform/duration.ts";
import type { App } from "../app.ts";
import type { ProjectSession } from "../project.ts";
import { readRoutes } from "../routes.ts";
import { openTracing } from "./open-tracing.ts";

export interface TracesInput {
  readonly filter: Omit<TraceFilter, "models" | "slowerMs">;
  /** The model's name in the config, or the provider's name for it. */
  readonly model: string | undefined;
  /** As written: 2s, 500ms. */
  readonly slower: string | undefined;
  readonly limit: number;
}

export interface TracesReport {
  /** Where a browser shows them. */
  readonly url: string;
  /** The newest first. */
  readonly traces: readonly TraceRow[];
  /** How many traces were searched for them. */
  readonly looked: number;
  /** True where there may be more than were asked for. */
  readonly more: boolean;
}

export interface FollowInput extends TracesInput {
  /** Each trace as it comes, the oldest first. */
  readonly tell: (row: TraceRow) => void;
}

export interface FollowReport {
  /** Always true: following ends only when it is interrupted, or throws. */
  readonly interrupted: boolean;
}

const pageSize = 50;
/** At most about this many traces are searched for those that fit the filter. */
const lookLimit = 10_000;
const pauseMs = 1_000;

/** The newest traces that fit. Throws usage, service-not-ready, tracing-refused. */
export async function traces({ limit, ...input }: TracesInput, app: App): Promise<TracesReport> {
  const { ask, tracing, session } = await openTracing(app);
  return { url: tracing.pageUrl, ...(await collect(ask, { filter: filterOf(input, session), limit })) };
}

/**
 * LiteLLM does not always say which of the config's models a call was for, so a model's name also stands for its
 * provider's names for it.
 */
function filterOf(input: Omit<TracesInput, "limit">, { stack }: ProjectSession): TraceFilter {
  const { filter, model, slower } = input;
  const known = { ...filter, slowerMs: slower === undefined ? undefined : durationOf(slower) };
  if (model === undefined) return known;
  const upstreams = readRoutes(stack).flatMap(({ name, upstream }) => (name === model ? [upstream] : []));
  return { ...known, models: [model, ...upstreams] };
}

function durationOf(text: string): number {
  const ms = parseLimit(text.trim());
  if (ms !== undefined) return ms;
  throw new GoatError("usage", `--slower is "${text}", and should be a duration such as 2s or 500ms`);
}

interface Wanted {
  readonly filter: TraceFilter;
  readonly limit: number;
}

async function collect(ask: Ask, { filter, limit }: Wanted): Promise<Omit<TracesReport, "url">> {
  const found: TraceRow[] = [];
  let looked = 0;
  let cursor: Cursor | null = firstPage;
  while (cursor !== null && found.length <= limit && looked < lookLimit) {
    const page = await listTraces(ask, { filter, cursor, limit: pageSize });
    looked = Math.min(looked + pageSize, page.total);
    found.push(...page.rows);
    cursor = page.next;
  }
  return { traces: found.slice(0, limit), looked, more: cursor !== null || found.length > limit };
}

/**
 * Tells the newest traces, then each one as it comes, until Ctrl-C; if Langfuse stops answering meanwhile, waits for
 * it. Throws usage, tracing-refused, and service-not-ready where Langfuse does not answer at the start.
 */
export async function followTraces({ tell, limit, ...input }: FollowInput, app: App): Promise<FollowReport> {
  const { ask, tracing, session } = await openTracing(app);
  const filter = filterOf(input, session);
  const follower = createFollower(ask, filter);
  const look = patiently(follower, tracing.service.name, app);
  try {
    await follower.look();
    const { traces } = await collect(ask, { filter, limit });
    for (const row of traces.toReversed()) tell(row);
    // A trace that came after the first look and before the list is in the list and in the next look: tell it once.
    let told = new Set(traces.map(({ id, calls }) => `${id} ${calls}`));
    for (;;) {
      for (const row of await look()) if (!told.has(`${row.id} ${row.calls}`)) tell(row);
      told = new Set();
      await app.clock.sleep(pauseMs, app.signal);
    }
  } catch (error) {
    if (app.signal.aborted) return { interrupted: true };
    throw error;
  }
}

/** A look that finds nothing while the service is away; one notice tells that it is, and one that it answers again. */
function patiently(follower: Follower, service: string, app: App): () => Promise<readonly TraceRow[]> {
  let isAway = false;
  return async () => {
    try {
      const rows = await follower.look();
      if (isAway) app.emit({ type: "notice", level: "info", text: `${service} answers again` });
      isAway = false;
      return rows;
    } catch (error) {
      if (!(error instanceof GoatError && error.code === "service-not-ready")) throw error;
      if (!isAway) app.emit({ type: "notice", level: "warning", text: `${error.message}; waiting for it` });
      isAway = true;
      return [];
    }
  };
}
