import type { ServerResponse } from "node:http";

/** A browser that is connected to a stream of events. */
export interface Listener {
  /** `data` is JSON without line breaks. */
  send(event: string, data: string): void;
  readonly closed: Promise<void>;
}

const keepAliveMs = 15_000;
/** Unread data of one browser; at more than this it is disconnected. */
const backlogBytes = 8 * 1024 * 1024;

/** Turns a response into a stream of server-sent events; the browser reconnects by itself where it breaks. */
export function openEventStream(response: ServerResponse, headers: Readonly<Record<string, string>>): Listener {
  response.writeHead(200, { ...headers, "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write("retry: 1000\n\n");
  const timer = setInterval(() => response.write(":\n\n"), keepAliveMs);
  const closed = new Promise<void>((resolve) => {
    response.once("close", () => {
      clearInterval(timer);
      resolve();
    });
  });
  const send: Listener["send"] = (event, data) => {
    if (response.writableLength > backlogBytes) response.destroy();
    else response.write(`event: ${event}\ndata: ${data}\n\n`);
  };
  return { send, closed };
}
