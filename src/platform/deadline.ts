export interface Deadline extends Disposable {
  /** Aborts when the outer signal does, or when the time is over. */
  readonly signal: AbortSignal;
  /** True once the time was over. */
  isOver(): boolean;
}

/**
 * A limit in time on top of a signal; hold it with `using`. AbortSignal.any over AbortSignal.timeout looks the same,
 * but nothing holds that timeout: once it is garbage-collected, it never fires.
 */
export function deadline(outer: AbortSignal, limitMs: number): Deadline {
  const own = new AbortController();
  let over = false;
  const timer = setTimeout(() => {
    over = !own.signal.aborted;
    own.abort(new DOMException(`not within ${limitMs} ms`, "TimeoutError"));
  }, limitMs);
  const follow = (): void => own.abort(outer.reason);
  if (outer.aborted) follow();
  else outer.addEventListener("abort", follow, { once: true });
  return {
    signal: own.signal,
    isOver: () => over,
    [Symbol.dispose]() {
      clearTimeout(timer);
      outer.removeEventListener("abort", follow);
    },
  };
}

/**
 * Asks for optional detail, such as memory, sizes or the process on a port. Returns null where that fails or takes
 * longer than `limitMs`, so that it can neither fail nor delay the main answer. Rejects only once the signal has fired.
 */
export async function decoration<T>(
  signal: AbortSignal,
  limitMs: number,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  signal.throwIfAborted();
  using limit = deadline(signal, limitMs);
  try {
    return await ask(limit.signal);
  } catch {
    signal.throwIfAborted();
    return null;
  }
}
