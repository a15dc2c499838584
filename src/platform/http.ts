import { type IncomingMessage, request as plainRequest } from "node:http";

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** By name in small letters; those that come once. */
  readonly headers: Readonly<Record<string, string>>;
}

const begin = async (
  url: string,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<IncomingMessage> => {
  const method = body === undefined ? "GET" : "POST";
  const request = url.startsWith("https:") ? (await import("node:https")).request : plainRequest;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    request(url, { agent: false, method, headers, signal }, resolve).on("error", reject).end(body);
  });
};

/** The status of one GET, whose body may be endless. Throws as httpGet does. */
export const httpStatus = async (url: string, signal: AbortSignal): Promise<number> => {
  try {
    const answer = await begin(url, signal, {});
    answer.destroy();
    return answer.statusCode ?? 0;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
};

/**
 * One GET on a connection of its own; redirects are answers. `fetch` would take longer to load than a service of this machine
 * to answer. Throws the system's error, or the signal's reason.
 */
export const httpGet = async (
  url: string,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> => {
  return whole(() => begin(url, signal, headers), signal);
};

/** One POST of JSON; else as httpGet. */
export const httpPost = async (
  url: string,
  body: unknown,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> =>
  whole(() => begin(url, signal, { "content-type": "application/json", ...headers }, JSON.stringify(body)), signal);

const whole = async (ask: () => Promise<IncomingMessage>, signal: AbortSignal): Promise<HttpAnswer> => {
  try {
    const answer = await ask();
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    const headers = Object.fromEntries(
      Object.entries(answer.headers).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
    );
    return { status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8"), headers };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
};
