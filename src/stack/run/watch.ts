import type { Engine, ServiceChange } from "../../engine/engine.ts";
import { GoatError } from "../../errors/goat-error.ts";

/** How a service ended while somebody waited for it. */
export interface Death {
  readonly exitCode: number | null;
  readonly outOfMemory: boolean;
}

/** True for the abort reason of a signal of `deathOf` that has fired. */
export function isDeath(reason: unknown): reason is Death {
  return typeof reason === "object" && reason !== null && "outOfMemory" in reason;
}

export interface Watch extends AsyncDisposable {
  /** Fires, with the error as its reason, when the engine cannot be heard any more. */
  readonly lost: AbortSignal;
  /**
   * Fires with a Death as its reason when the container ends. With `starting`, only an end after the next start counts:
   * one before it belongs to the stop that comes first.
   */
  deathOf(container: string, options: { readonly starting: boolean }): AbortSignal;
  /** Fires when the container's process ends, whatever ended it: the engine may still be busy with what it leaves behind. */
  endOf(container: string): AbortSignal;
  /** Fires when the container is taken away. */
  removalOf(container: string): AbortSignal;
}

/** A watch that never fires, for plans that neither start nor stop a container. */
export const noWatch: Watch = {
  lost: new AbortController().signal,
  deathOf: () => new AbortController().signal,
  endOf: () => new AbortController().signal,
  removalOf: () => new AbortController().signal,
  [Symbol.asyncDispose]: async () => {},
};

interface Armed {
  readonly controller: AbortController;
  counts: boolean;
  outOfMemory: boolean;
}

/** Listens to the engine's changes from now on; resolves when none can be missed any more. */
export async function startWatch(engine: Engine, stack: string, signal: AbortSignal): Promise<Watch> {
  const own = new AbortController();
  const armed = new Map<string, Armed>();
  const [ends, removals] = [new Map<string, AbortController>(), new Map<string, AbortController>()];
  let onReady = (): void => {};
  const listening = new Promise<void>((resolve) => {
    onReady = resolve;
  });
  const listen = async (): Promise<void> => {
    const both = AbortSignal.any([own.signal, signal]);
    for await (const change of engine.changes(stack, { signal: both, ready: onReady })) {
      note(armed, change);
      if (change.type === "died") ends.get(change.container)?.abort();
      if (change.type === "removed") removals.get(change.container)?.abort();
    }
  };
  const lost = new AbortController();
  const lose = (error?: unknown): void => {
    if (!own.signal.aborted && !signal.aborted) lost.abort(error ?? engineGone());
  };
  const over = listen().then(lose, lose);
  await Promise.race([listening, over]);
  signal.throwIfAborted();
  lost.signal.throwIfAborted();
  return {
    lost: lost.signal,
    deathOf: (container, { starting }) => {
      const entry = armed.get(container) ?? {
        controller: new AbortController(),
        counts: !starting,
        outOfMemory: false,
      };
      armed.set(container, entry);
      return entry.controller.signal;
    },
    endOf: (container) => signalIn(ends, container),
    removalOf: (container) => signalIn(removals, container),
    [Symbol.asyncDispose]: async () => {
      own.abort();
      await over;
    },
  };
}

function signalIn(controllers: Map<string, AbortController>, container: string): AbortSignal {
  const controller = controllers.get(container) ?? new AbortController();
  controllers.set(container, controller);
  return controller.signal;
}

function engineGone(): GoatError {
  return new GoatError("engine-unreachable", "the engine went away while goat-dev waited for services", {
    fixes: [{ command: "goat-dev up", effect: "goes on, once the engine runs again" }],
  });
}

function note(armed: ReadonlyMap<string, Armed>, change: ServiceChange): void {
  const entry = armed.get(change.container);
  if (entry === undefined) return;
  if (change.type === "started") entry.counts = true;
  if (change.type === "out-of-memory") entry.outOfMemory = true;
  if (change.type !== "died" || !entry.counts) return;
  const death: Death = { exitCode: change.exitCode, outOfMemory: entry.outOfMemory };
  entry.controller.abort(death);
}
