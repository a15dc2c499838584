import type { ContainerInspectInfo } from "dockerode";
import { type LogPlace, linesBehind, placeAfter } from "../../model/log-place.ts";
import { createMerge } from "../../platform/merge.ts";
import type { LogLine, LogOptions } from "../engine.ts";
import { type Doing, guarded, translate, unlessStatus } from "./errors.ts";
import { createFrameLines, createTerminalLines } from "./log-lines.ts";
import type { Reader } from "./reader.ts";

/** Lines of several containers; ends quietly when the signal fires or the reader stops reading. */
export async function* logs(reader: Reader, options: LogOptions): AsyncGenerator<LogLine> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  try {
    if (options.follow) yield* follow(reader, { ...options, signal });
    else {
      const read = (source: Source) => piecesOf(reader, source, { ...options, signal });
      yield* mergeInOrder(options.containers.map(read), byTime);
    }
  } finally {
    stop.abort();
  }
}

/** Unix seconds with nine decimals, as the engine's `since` takes them; the fraction's digits are kept as written. */
export function toEngineTime(iso: string): string {
  const fraction = /\.(\d+)/.exec(iso)?.[1] ?? "";
  return `${Math.floor(Date.parse(iso) / 1000)}.${fraction.padEnd(9, "0").slice(0, 9)}`;
}

type Source = LogOptions["containers"][number];

/** Lines that arrived in one chunk. */
type Piece = readonly LogLine[];

/** The existing lines, merged by time; then each container's new lines, from where its existing ones ended. */
async function* follow(reader: Reader, options: LogOptions): AsyncGenerator<LogLine> {
  const places = new Map<Source, LogPlace | null>();
  const past = async function* (source: Source): AsyncGenerator<Piece> {
    for await (const piece of piecesOf(reader, source, { ...options, follow: false, goesOn: true })) {
      places.set(source, piece.reduce(placeAfter, places.get(source) ?? null));
      yield piece;
    }
  };
  yield* mergeInOrder(options.containers.map(past), byTime);
  const merge = createMerge<LogLine>();
  for (const source of options.containers) {
    const place = places.get(source) ?? null;
    const range = place === null ? {} : { tail: null, since: place.at };
    const lines = inTurn(piecesOf(reader, source, { ...options, ...range }));
    merge.add(place === null ? lines : linesBehind(lines, place));
  }
  yield* merge.values();
}

async function* inTurn(pieces: AsyncIterable<Piece>): AsyncGenerator<LogLine> {
  for await (const piece of pieces) yield* piece;
}

interface Reading extends LogOptions {
  /** True where a second read goes on from here: an unfinished last line is left to that read. */
  readonly goesOn?: boolean;
}

/** Lines in batches, one for each chunk received: a log may have millions of lines. */
async function* piecesOf(reader: Reader, source: Source, options: Reading): AsyncGenerator<Piece> {
  const { signal, goesOn = false } = options;
  const { service } = source;
  const doing: Doing = { verb: "read", subject: `the log of ${source.container}`, service };
  try {
    const opened = await guarded(doing, signal, () => open(reader, source, options, signal));
    if (opened === null) return;
    const lines = opened.terminal ? createTerminalLines(service) : createFrameLines(service);
    for await (const chunk of opened.stream) yield lines.add(chunk);
    if (!goesOn) yield lines.end();
  } catch (error) {
    // An aborted stream ends with ECONNRESET as well as with AbortError; both are a clean end.
    if (!signal.aborted) throw translate(error, doing);
  }
}

async function open(reader: Reader, source: Source, options: LogOptions, signal: AbortSignal) {
  const { container } = source;
  // An absent container has no lines.
  const found = await unlessStatus([404], null, () => reader.json(`/containers/${container}/json`, signal));
  if (found === null) return null;
  const info = found as ContainerInspectInfo;
  const query = {
    stdout: "1",
    stderr: "1",
    timestamps: "1",
    follow: options.follow ? "1" : "0",
    tail: options.tail === null ? "all" : String(options.tail),
    ...(options.since === null ? {} : { since: toEngineTime(options.since) }),
  };
  const stream = await unlessStatus([404], null, () => reader.stream(`/containers/${info.Id}/logs`, signal, query));
  return stream === null ? null : { stream, terminal: info.Config.Tty };
}

function byTime(a: LogLine, b: LogLine): number {
  if (a.at === null || b.at === null) return 0;
  // Docker writes all time stamps in one format, so that comparing the texts is enough.
  if (a.at.length === b.at.length && a.at.endsWith("Z") && b.at.endsWith("Z"))
    return a.at < b.at ? -1 : a.at > b.at ? 1 : 0;
  return Date.parse(a.at) - Date.parse(b.at) || (a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
}

/** Merges sorted sources into one sorted sequence; equal values keep the order of the sources. */
export async function* mergeInOrder<T>(
  sources: readonly AsyncIterable<readonly T[]>[],
  compare: (a: T, b: T) => number,
): AsyncGenerator<T> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  try {
    let open = (await Promise.all(iterators.map((iterator) => next({ iterator, piece: [], at: 0 })))).flat();
    while (open.length > 0) {
      const best = open.reduce((one, other) =>
        compare(other.piece[other.at] as T, one.piece[one.at] as T) < 0 ? other : one,
      );
      yield best.piece[best.at] as T;
      best.at += 1;
      if (best.at < best.piece.length) continue;
      const goesOn = await next(best);
      if (goesOn.length === 0) open = open.filter((one) => one !== best);
    }
  } finally {
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}

interface Head<T> {
  readonly iterator: AsyncIterator<readonly T[]>;
  piece: readonly T[];
  at: number;
}

/** Moves a head to its source's next piece that is not empty; an empty list where the source has ended. */
async function next<T>(head: Head<T>): Promise<readonly Head<T>[]> {
  for (;;) {
    const { done, value } = await head.iterator.next();
    if (done === true) return [];
    head.piece = value;
    head.at = 0;
    if (value.length > 0) return [head];
  }
}
