import { deadline } from "./deadline.ts";

/**
 * What only decorates an answer, such as memory, sizes or who holds a port: null where it cannot be had, or not in time, so that
 * it neither fails the answer nor holds it up. Rejects only once the signal has fired.
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
