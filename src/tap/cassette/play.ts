import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { Answer } from "../call.ts";
import { bytesOf, type RecordedAnswer } from "./format.ts";

interface Piece {
  readonly atMs: number;
  readonly bytes: Buffer;
}

/** Gives a recorded answer piece by piece; `isPaced` waits as long before each piece as the recorded call took. */
export function play(answer: RecordedAnswer, isPaced: boolean, signal: AbortSignal): Answer {
  const pieces = piecesOf(answer);
  const length = answer.stream === undefined ? { "content-length": String(pieces[0]?.bytes.length ?? 0) } : {};
  return {
    status: answer.status,
    reason: "",
    headers: Object.entries({ ...answer.headers, ...length }).flat(),
    body: Readable.from(isPaced ? inTime(pieces, signal) : inTurn(pieces), { objectMode: false }),
    from: "cassette",
  };
}

function piecesOf(answer: RecordedAnswer): readonly Piece[] {
  if (answer.stream === undefined) {
    const bytes = bytesOf(answer);
    return bytes.length === 0 ? [] : [{ atMs: answer.ms, bytes }];
  }
  return answer.stream.map(([atMs, said]) => ({
    atMs,
    bytes: typeof said === "string" ? Buffer.from(said) : Buffer.from(said.base64, "base64"),
  }));
}

async function* inTime(pieces: readonly Piece[], signal: AbortSignal): AsyncGenerator<Buffer> {
  const begin = performance.now();
  for (const { atMs, bytes } of pieces) {
    const restMs = atMs - (performance.now() - begin);
    if (restMs > 0) await delay(restMs, undefined, { signal });
    yield bytes;
  }
}

/** Yields each piece in its own turn of the event loop, so that it is sent as a piece of its own. */
async function* inTurn(pieces: readonly Piece[]): AsyncGenerator<Buffer> {
  for (const [index, { bytes }] of pieces.entries()) {
    if (index > 0) await new Promise(setImmediate);
    yield bytes;
  }
}
