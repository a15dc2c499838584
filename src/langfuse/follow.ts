import { type Ask, firstPage, readPage, rowsOf, type TraceFilter } from "./list.ts";
import type { ListedTrace, TraceRow } from "./trace.ts";

/** A look starts this long before the newest trace seen, to find traces that come late or from a slow clock. */
const overlapMs = 10_000;
const pageSize = 50;
const pages = 5;
const remembered = 2_000;

/** Tells new traces from known ones by id and number of calls, not by their timestamps. */
export interface Follower {
  /** Traces that are new, or have another call, since the last look; oldest first. Rejects where `ask` does. */
  look(): Promise<readonly TraceRow[]>;
}

/** The first look returns nothing: it only records the existing traces. */
export function createFollower(ask: Ask, filter: TraceFilter): Follower {
  const seen = new Set<string>();
  let newest: string | null = null;
  let begun = false;
  const note = (traces: readonly ListedTrace[]): void => {
    for (const trace of traces) {
      seen.add(stateOf(trace));
      if (newest === null || trace.at > newest) newest = trace.at;
    }
    for (const state of seen) {
      if (seen.size <= remembered) break;
      seen.delete(state);
    }
  };
  const unseen = async (): Promise<readonly ListedTrace[]> => {
    const since = newest === null ? filter.since : new Date(Date.parse(newest) - overlapMs).toISOString();
    const fresh: ListedTrace[] = [];
    for (let page = 1; page <= pages; page += 1) {
      const request = { filter: { ...filter, since }, cursor: { ...firstPage, page }, limit: pageSize };
      const { traces } = await readPage(ask, request);
      fresh.push(...traces.filter((trace) => !seen.has(stateOf(trace))));
      if (traces.length < pageSize) break;
    }
    return fresh;
  };
  const begin = async (): Promise<void> => {
    const { traces } = await readPage(ask, { filter, cursor: firstPage, limit: 1 });
    note(traces);
    if (traces.length > 0) note(await unseen());
    begun = true;
  };
  const look = async (): Promise<readonly TraceRow[]> => {
    if (!begun) {
      await begin();
      return [];
    }
    const fresh = await unseen();
    const rows = await rowsOf(ask, fresh, filter);
    // Marked as seen only now, so that after a failed request the next look finds these traces again.
    note(fresh);
    return rows.toReversed();
  };
  return { look };
}

function stateOf({ id, observationIds }: ListedTrace): string {
  return `${id} ${observationIds.length}`;
}
