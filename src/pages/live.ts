import type { Listener } from "./event-stream.ts";

/** What everybody who looks at the page is told. */
export interface Live {
  /** Until the browser leaves; what is watched runs while anybody listens. */
  join(listener: Listener): Promise<void>;
  tell(event: string, data: unknown): void;
  /** How many listen. */
  count(): number;
}

/** `watch` runs from the first listener's coming to the last one's leaving; it tells what it sees. */
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
      // It ends by its signal alone, and tells what goes wrong itself.
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
