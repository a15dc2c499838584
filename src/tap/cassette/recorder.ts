import { closeSync, openSync, writeSync } from "node:fs";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { type Ended, headerOf, type Stage } from "../call.ts";
import {
  bodyOf,
  type Cassette,
  callLine,
  pieceOf,
  type RecordedAnswer,
  type RecordedCall,
  requestOf,
} from "./format.ts";
import { meaningOf } from "./meaning.ts";

export interface RecorderOptions {
  readonly path: string;
  /** The variable whose secret a text holds; null where it holds none. */
  secretIn(text: string): string | null;
}

/** A call that is not kept, since a secret would be in the file. */
interface Refused {
  readonly request: string;
  readonly variable: string;
}

export interface Recorder extends Stage {
  readonly recorded: readonly RecordedCall[];
  readonly refused: readonly Refused[];
  close(): void;
}

/** Adds each call to the file as it ends, so that a crash loses none. The file must exist and end with a line break. */
export function createRecorder({ path, secretIn }: RecorderOptions): Recorder {
  const file = openSync(path, "a", 0o644);
  const recorded: RecordedCall[] = [];
  const refused: Refused[] = [];
  const ended = (call: Ended): void => {
    const kept = recordedCall(call);
    if (kept === null) return;
    const line = callLine(kept);
    const variable = secretIn(line);
    if (variable !== null) {
      refused.push({ request: `${kept.request.method} ${kept.request.path}`, variable });
      return;
    }
    writeSync(file, line);
    recorded.push(kept);
  };
  return { ended, recorded, refused, close: () => closeSync(file) };
}

/**
 * Null for a call that the gateway did not answer or broke off. A stream that the program stopped reading is kept as
 * far as it came; any other answer is then not kept.
 */
function recordedCall({ asked, from, status, headers, end, durationMs, chunks }: Ended): RecordedCall | null {
  if (from !== "gateway" || status === null || end === "broken off" || asked.body === null) return null;
  const type = headerOf(headers, "content-type") ?? "";
  const encoding = headerOf(headers, "content-encoding");
  const isStream = type.startsWith("text/event-stream") && encoding === undefined;
  if (end === "program left" && !isStream) return null;
  const body: Partial<RecordedAnswer> = isStream
    ? { stream: chunks.map(({ atMs, bytes }) => [Math.round(atMs), pieceOf(bytes)]) }
    : bodyOf(unpacked(Buffer.concat(chunks.map(({ bytes }) => bytes)), encoding), type);
  return {
    request: requestOf(asked),
    answer: { status, headers: keptHeaders(headers), ms: Math.round(durationMs), ...body },
  };
}

/** The headers that clients read; no cookies, no dates, none of the connection. */
const keeps =
  /^(?:content-type|retry-after(?:-ms)?|(?:x-)?request-id|x-should-retry|x-ratelimit-.*|openai-(?:model|processing-ms|version)|anthropic-ratelimit-.*|x-litellm-(?:call-id|model-id|model-group|version|response-cost))$/;

function keptHeaders(headers: readonly string[]): Readonly<Record<string, string>> {
  const pairs = headers.flatMap((name, index) =>
    index % 2 === 0 && keeps.test(name.toLowerCase()) ? [[name.toLowerCase(), headers[index + 1] ?? ""] as const] : [],
  );
  return Object.fromEntries(pairs.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function unpacked(bytes: Buffer, encoding: string | undefined): Buffer {
  if (encoding === "gzip" || encoding === "x-gzip") return gunzipSync(bytes);
  if (encoding === "br") return brotliDecompressSync(bytes);
  return encoding === "deflate" ? inflateSync(bytes) : bytes;
}

/**
 * Merges the calls of a file with those of a run that was recorded into it. A request that the run repeated gets the
 * new answer in its old place, one that it did not repeat stays, and new ones come last. So the file's order does not
 * depend on the order in which calls end.
 */
export function merged({ head, calls }: Cassette, recorded: readonly RecordedCall[]): readonly RecordedCall[] {
  const keyOf = ({ request }: RecordedCall): string => meaningOf(request, head.ignore).key;
  const fresh = new Map<string, RecordedCall[]>();
  for (const call of recorded) fresh.set(keyOf(call), [...(fresh.get(keyOf(call)) ?? []), call]);
  const made = new Set(fresh.keys());
  const inPlace = calls.flatMap((call) => {
    const key = keyOf(call);
    return made.has(key) ? (fresh.get(key)?.splice(0, 1) ?? []) : [call];
  });
  const left = new Set([...fresh.values()].flat());
  return [...inPlace, ...recorded.filter((call) => left.has(call))];
}
