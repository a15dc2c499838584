import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { systemCode } from "../errors/describe.ts";
import type { Stage } from "./call.ts";
import { exchange } from "./exchange.ts";
import { createUpstream } from "./upstream.ts";

export interface TapOptions {
  /** The gateway's origin; null where every call is answered here. */
  readonly gateway: string | null;
  /** Asked in turn before a call goes on, and told in turn how it went. */
  readonly stages: readonly Stage[];
  /** Some stage reads what was answered. */
  readonly keepsAnswers: boolean;
}

export interface Tap {
  /** http://127.0.0.1:PORT */
  readonly origin: string;
  /** Ends what is under way, and resolves when every stage has been told. */
  close(): Promise<void>;
}

/** An HTTP/1.1 proxy on a free port of this machine's loopback. Throws the system's error where it cannot listen. */
export async function startTap(options: TapOptions): Promise<Tap> {
  const upstream = options.gateway === null ? null : await createUpstream(options.gateway);
  const underWay = new Set<Promise<void>>();
  let [count, port] = [0, 0];
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    count += 1;
    const call = exchange({ ...options, request, response, number: count, upstream, port });
    const settled = call.catch(() => void response.destroy()).finally(() => void underWay.delete(settled));
    underWay.add(settled);
  };
  const server = createServer({ keepAliveTimeout: 600_000, requestTimeout: 0, noDelay: true }, take);
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    response.writeContinue();
    take(request, response);
  });
  server.on("clientError", refuseConnection);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  port = (server.address() as AddressInfo).port;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await Promise.all(underWay);
      upstream?.close();
    },
  };
}

/** Tells a client that does not speak HTTP/1.1, most often one that speaks TLS, what listens here. */
function refuseConnection(error: Error, socket: Duplex): void {
  if (systemCode(error) === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const text = "goat-dev's tap speaks HTTP/1.1 without TLS: http://127.0.0.1\n";
  socket.end(`HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
}
