import { on } from "node:events";
import type { ServiceChange } from "../engine.ts";
import type { Container, ContainerRecord } from "./records.ts";
import { allContainers, announceEnd, running, type World } from "./world.ts";

const lookEveryMs = 150;

const isSameRun = (a: ContainerRecord, b: ContainerRecord): boolean =>
  a.id === b.id && a.process?.startedAt === b.process?.startedAt;

/** Tells the ends of processes that other runs of goat-dev started: nobody reports those. */
const watchOthers = async (world: World, stack: string, signal: AbortSignal): Promise<void> => {
  let before: readonly Container[] = [];
  for (;;) {
    const all = allContainers(world).filter(({ record }) => record.stack === stack);
    const alive = await running(all);
    for (const { name, record } of before) {
      const runs = alive.some((one) => isSameRun(one.record, record));
      if (runs || world.children.has(record.id)) continue;
      const now = all.find((one) => one.record.id === record.id);
      announceEnd(world, { name: now?.name ?? name, record }, now?.record.exitCode ?? null);
    }
    before = alive;
    await world.clock.sleep(lookEveryMs, signal);
  }
};

/** Changes of a stack's containers from the call on; ends quietly when the signal fires. */
export const changes = async function* (
  world: World,
  stack: string,
  options: { readonly signal: AbortSignal; ready?(): void },
): AsyncGenerator<ServiceChange> {
  if (options.signal.aborted) return;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const events: AsyncIterator<ServiceChange[]> = on(world.emitter, `changes ${stack}`, { signal });
  const watching = watchOthers(world, stack, signal).catch((error: unknown) => stop.abort(error));
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
};
