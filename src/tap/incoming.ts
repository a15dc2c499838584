import type { IncomingMessage } from "node:http";
import type { Refusal } from "./shapes.ts";

/** The largest body that a request may have. */
const mostBytes = 100 * 1024 * 1024;

export const tooLarge: Refusal = {
  status: 413,
  type: "invalid_request_error",
  message: "goat-dev's tap takes requests up to 100 MB",
};

/**
 * Refuses a request that may come from a web page of another machine, so that such a page reaches neither the gateway
 * nor recorded calls. Null where the request is accepted.
 */
export function strangerIn(request: IncomingMessage, port: number): Refusal | null {
  const { host = "", origin } = request.headers;
  const own = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!own.includes(host.toLowerCase())) {
    const message = `goat-dev's proxy is ${own[0]}, not ${host.slice(0, 100)}`;
    return { status: 421, type: "invalid_request_error", message };
  }
  if (origin === undefined || isOfThisMachine(origin)) return null;
  const message = "goat-dev's tap answers programs of this machine, no page of another";
  return { status: 403, type: "permission_error", message };
}

function isOfThisMachine(origin: string): boolean {
  return URL.canParse(origin) && ["localhost", "127.0.0.1", "[::1]"].includes(new URL(origin).hostname);
}

export interface Incoming {
  /** The body once it is all there; null where it is too large or the program left. */
  whole(): Promise<Buffer | null>;
  /** True where the body, or its announced length, is over the limit. */
  isTooLarge(): boolean;
}

/**
 * Collects a request's body while another reader passes it on. `onTooLarge` is called when what has come goes over the
 * limit, unless the announced length did already.
 */
export function collect(request: IncomingMessage, onTooLarge: () => void): Incoming {
  const chunks: Buffer[] = [];
  let [size, isOver] = [0, Number(request.headers["content-length"] ?? 0) > mostBytes];
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (!isOver && size <= mostBytes) return void chunks.push(chunk);
    chunks.length = 0;
    if (!isOver) onTooLarge();
    isOver = true;
  });
  const ended = new Promise<boolean>((resolve) => {
    request.once("end", () => resolve(true));
    request.once("close", () => resolve(request.complete));
    request.once("error", () => resolve(false));
  });
  // Without the pause, the 'data' listener would make the stream flow before the reader that passes it on is attached.
  request.pause();
  return {
    isTooLarge: () => isOver,
    whole: async () => {
      request.resume();
      return (await ended) && !isOver ? Buffer.concat(chunks) : null;
    },
  };
}
