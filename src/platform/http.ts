import { type IncomingMessage, request as plainRequest } from "node:http";
import { deadline } from "./deadline.ts";
import { formatDuration } from "./format.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** By name in lower case; without those that Node gives as lists (Set-Cookie). */
  readonly headers: Readonly<Record<string, string>>;
}

/** The time limit passed; `message` says what had arrived by then: "nothing within 30 s". */
export class HttpTimeout extends Error {
  override readonly name = "HttpTimeout";
}

export interface HttpOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Time limit for the whole answer, in milliseconds; none where left out. */
  readonly limitMs?: number;
}

/** The status of one GET, whose body may be endless. Throws the system's error, or the signal's reason. */
export async function httpStatus(url: string, signal: AbortSignal): Promise<number> {
  try {
    const answer = await begin(url, signal, {});
    answer.destroy();
    return answer.statusCode ?? 0;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

async function begin(
  url: string,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<IncomingMessage> {
  const method = body === undefined ? "GET" : "POST";
  const request = url.startsWith("https:") ? (await import("node:https")).request : plainRequest;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    request(url, { agent: false, method, headers, signal }, resolve).on("error", reject).end(body);
  });
}

/**
 * One GET on a new connection; redirects are returned, not followed. Not `fetch`, which takes longer to load than a
 * service on this machine takes to answer. Throws the system's error, HttpTimeout, or the signal's reason.
 */
export async function httpGet(url: string, signal: AbortSignal, options: HttpOptions = {}): Promise<HttpAnswer> {
  return whole((limited) => begin(url, limited, options.headers ?? {}), signal, options);
}

async function whole(
  ask: (signal: AbortSignal) => Promise<IncomingMessage>,
  signal: AbortSignal,
  { limitMs }: HttpOptions,
): Promise<HttpAnswer> {
  using limit = limitMs === undefined ? null : deadline(signal, limitMs);
  let heard = "nothing";
  try {
    const answer = await ask(limit?.signal ?? signal);
    heard = `${answer.statusCode}, then no end`;
    const text = await bodyOf(answer);
    const headers = Object.fromEntries(
      Object.entries(answer.headers).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
    );
    return { status: answer.statusCode ?? 0, text, headers };
  } catch (error) {
    if (limit?.isOver() === true) throw new HttpTimeout(`${heard} within ${formatDuration(limitMs ?? 0)}`);
    signal.throwIfAborted();
    throw error;
  }
}

/**
 * The text of a message, an answer or a request. Throws the connection's error. An iterator would cost as much again as a
 * small message.
 */
export function bodyOf(message: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    message
      .setEncoding("utf8")
      .on("data", (piece: string) => (text += piece))
      .on("end", () => resolve(text))
      .on("error", reject)
      .on("close", () => reject(new Error("the connection was closed in the middle of the message")));
  });
}

/** One POST of JSON; else as httpGet. */
export async function httpPost(
  url: string,
  body: unknown,
  signal: AbortSignal,
  options: HttpOptions = {},
): Promise<HttpAnswer> {
  const headers = { "content-type": "application/json", ...options.headers };
  return whole((limited) => begin(url, limited, headers, JSON.stringify(body)), signal, options);
}
