import { on } from "node:events";
import type { ServiceChange } from "../engine.ts";
import { allContainers, announceEnd, type Host, runKey, running } from "./host.ts";
import type { Container } from "./records.ts";

const lookEveryMs = 150;

/** Changes of a stack's containers from the call on; ends quietly when the signal fires. */
export async function* changes(
  host: Host,
  stack: string,
  options: { readonly signal: AbortSignal; ready?(): void },
): AsyncGenerator<ServiceChange> {
  if (options.signal.aborted) return;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const events: AsyncIterator<ServiceChange[]> = on(host.emitter, `changes ${stack}`, { signal });
  const first = await aliveOf(host, stack);
  const watching = watchOthers(host, stack, first, signal).catch((error: unknown) => stop.abort(error));
  options.ready?.();
  try {
    for (;;) {
      const { value, done } = await events.next();
      if (done) return;
      yield* value;
    }
  } catch (error) {
    if (!options.signal.aborted) throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    stop.abort();
    await watching;
  }
}

function aliveOf(host: Host, stack: string): Promise<readonly Container[]> {
  return running(allContainers(host).filter(({ record }) => record.stack === stack));
}

/** Tells the ends of processes that other runs of goat-dev started: nobody reports those. */
async function watchOthers(host: Host, stack: string, first: readonly Container[], signal: AbortSignal): Promise<void> {
  let before = first;
  for (;;) {
    await host.clock.sleep(lookEveryMs, signal);
    const alive = await aliveOf(host, stack);
    const all = allContainers(host);
    for (const { name, record } of before) {
      if (host.children.has(runKey(record)) || alive.some((one) => runKey(one.record) === runKey(record))) continue;
      const now = all.find((one) => one.record.id === record.id);
      announceEnd(host, { name: now?.name ?? name, record }, now?.record.exitCode ?? null);
    }
    before = alive;
  }
}
