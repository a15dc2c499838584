import { Agent, type ClientRequest, type IncomingMessage, request as plainRequest } from "node:http";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { systemCode } from "../errors/describe.ts";

interface Sent {
  readonly method: string;
  readonly target: string;
  /** Names and values alternate. */
  readonly headers: readonly string[];
  /** Whole, or as it comes. */
  readonly body: Buffer | Readable | null;
  /** The whole body, once it has come; null where it cannot be sent again. */
  resend(): Promise<Buffer | null>;
  readonly signal: AbortSignal;
}

/** The gateway behind the tap. */
export interface Upstream {
  /** Rejects with the system's error where no answer begins. */
  ask(sent: Sent): Promise<IncomingMessage>;
  close(): void;
}

/**
 * Some servers, such as uvicorn, close a connection that was idle for five seconds, so it is not used again after four.
 */
const idleLimitMs = 4_000;

/**
 * A gateway that answered before and now refuses connections is being restarted: it is asked again for up to this long.
 */
const restartLimitMs = 30_000;
const againAfterMs = 100;

/** Headers that concern only one connection; all others are passed on. */
const ofConnection = new Set(
  "connection keep-alive proxy-connection proxy-authenticate te trailer transfer-encoding upgrade expect".split(" "),
);

export async function createUpstream(origin: string): Promise<Upstream> {
  const { protocol, hostname, port, host } = new URL(origin);
  const isTls = protocol === "https:";
  const https = isTls ? await import("node:https") : null;
  const options = { keepAlive: true, timeout: idleLimitMs, scheduling: "lifo" } as const;
  const agent = https === null ? new Agent(options) : new https.Agent(options);
  const request = https?.request ?? plainRequest;
  let hasAnswered = false;

  const open = ({ method, target, headers, signal }: Sent): ClientRequest =>
    request({
      agent,
      method,
      path: target,
      host: hostname.replace(/^\[|\]$/g, ""),
      port: port || (isTls ? 443 : 80),
      headers: ["Host", host, ...headers],
      signal,
    });

  const once = (sent: Sent, body: Sent["body"]): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const asked = open(sent);
      asked.once("response", resolve);
      asked.on("error", (error) => reject(Object.assign(error, { isStale: asked.reusedSocket })));
      if (body === null || Buffer.isBuffer(body)) asked.end(body ?? undefined);
      else body.pipe(asked);
    });

  const ask = async (sent: Sent): Promise<IncomingMessage> => {
    const deadline = performance.now() + restartLimitMs;
    let { body } = sent;
    for (;;) {
      try {
        const answer = await once(sent, body);
        hasAnswered = true;
        return answer;
      } catch (error) {
        if (sent.signal.aborted || !isWorthAnother(error, hasAnswered) || performance.now() > deadline) throw error;
        if (body !== null && !Buffer.isBuffer(body)) body = await sent.resend();
        if (body === null && sent.body !== null) throw error;
        await delay(againAfterMs, undefined, { signal: sent.signal });
      }
    }
  };
  return { ask, close: () => agent.destroy() };
}

/**
 * True where the gateway cannot have acted on the request: nothing listened, or a kept-alive connection was just being
 * closed.
 */
function isWorthAnother(error: unknown, hasAnswered: boolean): boolean {
  const code = systemCode(error);
  if (code === "ECONNREFUSED") return hasAnswered;
  const isStale = typeof error === "object" && error !== null && "isStale" in error && error.isStale === true;
  return isStale && (code === "ECONNRESET" || code === "EPIPE");
}

/** The headers to pass on: without those of the connection, and without Host, which the next request sets itself. */
export function passedOn(headers: readonly string[]): readonly string[] {
  const named = new Set(
    headers.flatMap((word, index) =>
      index % 2 === 0 && word.toLowerCase() === "connection"
        ? (headers[index + 1] ?? "").toLowerCase().split(/,\s*/)
        : [],
    ),
  );
  return headers.filter((_, index) => {
    const name = (headers[index - (index % 2)] ?? "").toLowerCase();
    return !ofConnection.has(name) && !named.has(name) && name !== "host";
  });
}
