import { GoatError } from "../../errors/goat-error.ts";
import { type Ask, firstPage, readPage } from "../../langfuse/list.ts";
import { readDetail, type TraceDetail } from "../../langfuse/trace.ts";
import type { App } from "../app.ts";
import { openTracing } from "./open-tracing.ts";

export interface TraceInput {
  /** A trace's id, its beginning, or `last`. */
  readonly id: string;
}

export type TraceReport = Omit<TraceDetail, "path"> & {
  /** Where a browser shows it. */
  readonly url: string;
};

/** The beginning of an id is looked up among this many of the newest traces. */
const newest = { filter: {}, cursor: firstPage, limit: 100 };

/**
 * One trace with everything that was said in it. Throws usage where no trace or several have such an id,
 * service-not-ready, tracing-refused.
 */
export async function showTrace({ id }: TraceInput, app: App): Promise<TraceReport> {
  const { ask, tracing } = await openTracing(app);
  const { path, ...trace } = await findDetail(ask, id);
  return { ...trace, url: `${tracing.pageUrl}${path}` };
}

/** Where a browser shows a trace, or all of them, and what to log in with. */
export async function traceAddress(
  id: string | undefined,
  app: App,
): Promise<{ readonly url: string; readonly login: string | null }> {
  const { ask, tracing } = await openTracing(app);
  const path = id === undefined ? "" : (await findDetail(ask, id)).path;
  return { url: `${tracing.pageUrl}${path}`, login: tracing.login };
}

async function findDetail(ask: Ask, id: string): Promise<TraceDetail> {
  if (id !== "last") {
    const found = readDetail(await ask(pathOf(id)));
    if (found !== null) return found;
  }
  const { traces } = await readPage(ask, id === "last" ? { ...newest, limit: 1 } : newest);
  const fitting = id === "last" ? traces : traces.filter((trace) => trace.id.startsWith(id));
  const [first, second] = fitting;
  if (second !== undefined) throw unknown(`${id} is the beginning of ${fitting.length} traces: more of it is needed`);
  const detail = first === undefined ? null : readDetail(await ask(pathOf(first.id)));
  if (detail !== null) return detail;
  throw unknown(id === "last" ? "there is no trace yet" : `there is no trace ${id}`);
}

function pathOf(id: string): string {
  return `/api/public/traces/${encodeURIComponent(id)}`;
}

function unknown(message: string): GoatError {
  return new GoatError("usage", message, {
    fixes: [
      { command: "goat-dev traces", effect: "lists them, with their ids" },
      { command: "goat-dev example", effect: "makes a call" },
    ],
  });
}
