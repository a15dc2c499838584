import { type IncomingMessage, request } from "node:http";

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

const begin = async (
  url: string,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>>,
): Promise<IncomingMessage> => {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    request(url, { agent: false, headers, signal }, resolve).on("error", reject).end();
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
  try {
    const answer = await begin(url, signal, headers);
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    return { status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
};
