import { once } from "node:events";
import { type IncomingMessage, type RequestOptions, request } from "node:http";
import { onTestFinished } from "vitest";
import type { Ended } from "../../src/tap/call.ts";
import { startTap, type Tap, type TapOptions } from "../../src/tap/proxy.ts";

export interface HeardAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** As they arrived. */
  readonly pieces: readonly string[];
}

/** A tap that ends with the test, and the calls that it has seen end. */
export const openTap = async (
  options: Partial<TapOptions>,
): Promise<Tap & { readonly calls: readonly Ended[]; next(): Promise<Ended> }> => {
  const calls: Ended[] = [];
  const waiting: ((ended: Ended) => void)[] = [];
  const note = (ended: Ended): void => {
    calls.push(ended);
    waiting.shift()?.(ended);
  };
  const { stages = [] } = options;
  const tap = await startTap({ gateway: null, keepsAnswers: false, ...options, stages: [...stages, { ended: note }] });
  onTestFinished(() => tap.close());
  return { ...tap, calls, next: () => new Promise((resolve) => void waiting.push(resolve)) };
};

/** Sends a request; the body is given when the headers have gone. */
export const open = (url: string, options: RequestOptions = {}) => request(url, { agent: false, ...options });

/** One whole call. Rejects where the answer is cut off. */
export const call = async (url: string, body?: string | Buffer, options: RequestOptions = {}): Promise<HeardAnswer> => {
  const asked = open(url, { method: body === undefined ? "GET" : "POST", ...options });
  asked.end(body);
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  const pieces: string[] = [];
  for await (const piece of answer) pieces.push(String(piece));
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: pieces.join(""), pieces };
};

/** A chat call, as JSON. */
export const chat = (origin: string, fields: object = {}, headers: Readonly<Record<string, string>> = {}) =>
  call(
    `${origin}/v1/chat/completions`,
    JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }], ...fields }),
    {
      headers: { "content-type": "application/json", authorization: "Bearer sk-test", ...headers },
    },
  );
