import type { Listener } from "./event-stream.ts";

/** Sends the same events to every browser that shows the page. */
export interface Live {
  /** Resolves when the browser has left. `watch` runs while any browser listens. */
  join(listener: Listener): Promise<void>;
  tell(event: string, data: unknown): void;
  /** How many browsers listen. */
  count(): number;
}

/** `watch` runs from when the first browser joins until the last one leaves, and sends what it sees with `tell`. */
export function createLive(
  watch: (tell: Live["tell"], signal: AbortSignal) => Promise<void>,
  redact: (text: string) => string,
): Live {
  const listeners = new Set<Listener>();
  let watching: AbortController | null = null;
  const tell: Live["tell"] = (event, data) => {
    if (listeners.size === 0) return;
    const json = redact(JSON.stringify(data));
    for (const listener of listeners) listener.send(event, json);
  };
  const join: Live["join"] = async (listener) => {
    listeners.add(listener);
    if (watching !== null) listener.send("ready", "{}");
    else {
      const own = new AbortController();
      watching = own;
      // `watch` ends only when its signal fires, and reports its own failures.
      void watch(tell, own.signal).catch(() => undefined);
    }
    await listener.closed;
    listeners.delete(listener);
    if (listeners.size > 0) return;
    watching?.abort(new DOMException("nobody looks", "AbortError"));
    watching = null;
  };
  return { join, tell, count: () => listeners.size };
}
