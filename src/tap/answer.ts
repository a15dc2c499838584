import { Readable } from "node:stream";
import type { Answer, AnsweredBy, Asked } from "./call.ts";
import { type Refusal, refusalBody } from "./shapes.ts";

/** A refusal as the API that was asked would write it. */
export function refuse({ api }: Pick<Asked, "api">, refusal: Refusal, from: AnsweredBy): Answer {
  const headers = { "content-type": "application/json", ...refusal.headers };
  return wholeAnswer(refusal.status, headers, Buffer.from(refusalBody(api, refusal)), from);
}

export function wholeAnswer(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  from: AnsweredBy,
): Answer {
  const all = { ...headers, "content-length": String(body.length) };
  return { status, reason: "", headers: Object.entries(all).flat(), body: Readable.from([body]), from };
}
