import type { Engine, LogLine, LogOptions } from "../../engine/engine.ts";
import { type LogPlace, linesBehind, placeAfter } from "../../model/log-place.ts";
import type { ObservedService } from "../../model/observed.ts";
import type { StackSpec } from "../../model/stack.ts";
import { createMerge } from "../../platform/merge.ts";
import type { EngineContext } from "../engine-context.ts";
import { observeStack } from "./observe.ts";

export interface FollowOptions extends Pick<LogOptions, "tail" | "since"> {
  isAsked(service: string): boolean;
  /** Called with what is there in the beginning. */
  onFound(found: readonly ObservedService[]): void;
}

/** Lines as they come until the signal fires, through restarts and recreation: a container that starts joins. */
export async function* followLogs(
  stack: StackSpec,
  { isAsked, onFound, tail, since }: FollowOptions,
  context: EngineContext,
): AsyncGenerator<LogLine> {
  const { engine, signal } = context;
  const merge = createMerge<LogLine>();
  const [subscribed, begun] = [createGate(), createGate()];
  const read = createReadings(engine, signal);
  const watch = async (): Promise<void> => {
    for await (const change of engine.changes(stack.name, { signal, ready: subscribed.open })) {
      await begun.opened;
      const { service: name, handle } = change;
      if (change.type === "started" && isAsked(name)) merge.add(read([{ name, handle }], { tail: null, since: null }));
    }
  };
  merge.add(none(watch().finally(subscribed.open)));
  await subscribed.opened;
  if (signal.aborted) return;
  const observed = await observeStack(stack, context);
  const found = observed.services.filter(({ name }) => isAsked(name));
  onFound(found);
  const isFirst = ({ name }: ObservedService, index: number): boolean =>
    found.findIndex((one) => one.name === name) === index;
  merge.add(read(found.filter(isFirst), { tail, since }));
  // In the middle of a replacement a service has two.
  for (const other of found.filter((one, index) => !isFirst(one, index))) merge.add(read([other], { tail, since }));
  begun.open();
  yield* merge.values();
}

interface Found {
  readonly name: string;
  readonly handle: string;
}

/** Reads logs of containers, one of each service at a time; of one that was read before only what came since. */
function createReadings(engine: Engine, signal: AbortSignal) {
  const places = new Map<string, LogPlace | null>();
  const latest = new Map<string, object>();
  return async function* read(found: readonly Found[], range: Pick<LogOptions, "tail" | "since">) {
    const reading = {};
    const handles = new Map(found.map(({ name, handle }) => [name, handle]));
    const containers = found.map(({ name, handle }) => ({ service: name, container: handle }));
    const place = (found.length === 1 && places.get(found[0]?.handle ?? "")) || null;
    for (const { handle } of found) latest.set(handle, reading);
    const options = { containers, follow: true, ...range, ...(place === null ? {} : { since: place.at }), signal };
    const lines = engine.logs(options);
    for await (const line of place === null ? lines : linesBehind(lines, place)) {
      const handle = handles.get(line.service) ?? "";
      // Its container has started again, and is read anew.
      if (latest.get(handle) !== reading) continue;
      places.set(handle, placeAfter(places.get(handle) ?? null, line));
      yield line;
    }
  };
}

/** A source without lines, which lasts as long as the work, and fails with it. */
async function* none(work: Promise<void>): AsyncGenerator<never> {
  yield* await work.then(() => []);
}

function createGate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}
