import type { ContainerInspectInfo } from "dockerode";
import { type LogPlace, linesBehind, placeAfter } from "../../model/log-place.ts";
import { createMerge } from "../../platform/merge.ts";
import type { LogLine, LogOptions } from "../engine.ts";
import { type Doing, guarded, translate, unlessStatus } from "./errors.ts";
import type { Reader } from "./reader.ts";
import { demux, type Frame } from "./streams.ts";

/** Lines of several containers; ends quietly when the signal fires or the reader stops reading. */
export async function* logs(reader: Reader, options: LogOptions): AsyncGenerator<LogLine> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const sources = options.containers;
  try {
    if (options.follow) yield* follow(reader, { ...options, signal });
    else
      yield* mergeInOrder(
        sources.map((source) => linesOf(reader, source, { ...options, signal })),
        byTime,
      );
  } finally {
    stop.abort();
  }
}

/** Seconds with nine digits, as the engine takes them; the fraction is kept as it was written. */
export function toEngineTime(iso: string): string {
  const fraction = /\.(\d+)/.exec(iso)?.[1] ?? "";
  return `${Math.floor(Date.parse(iso) / 1000)}.${fraction.padEnd(9, "0").slice(0, 9)}`;
}

type Source = LogOptions["containers"][number];

/** What is there, in order; then each from where that ended. */
async function* follow(reader: Reader, options: LogOptions): AsyncGenerator<LogLine> {
  const places = new Map<Source, LogPlace | null>();
  const past = async function* (source: Source): AsyncGenerator<LogLine> {
    for await (const line of linesOf(reader, source, { ...options, follow: false, goesOn: true })) {
      places.set(source, placeAfter(places.get(source) ?? null, line));
      yield line;
    }
  };
  yield* mergeInOrder(options.containers.map(past), byTime);
  const merge = createMerge<LogLine>();
  for (const source of options.containers) {
    const place = places.get(source) ?? null;
    const range = place === null ? {} : { tail: null, since: place.at };
    const lines = linesOf(reader, source, { ...options, ...range });
    merge.add(place === null ? lines : linesBehind(lines, place));
  }
  yield* merge.values();
}

interface Reading extends LogOptions {
  /** What follows is read as well, an unfinished line with it. */
  readonly goesOn?: boolean;
}

async function* linesOf(reader: Reader, source: Source, options: Reading): AsyncGenerator<LogLine> {
  const { signal } = options;
  const doing: Doing = { verb: "read", subject: `the log of ${source.container}`, service: source.service };
  try {
    const opened = await guarded(doing, signal, () => open(reader, source, options, signal));
    if (opened === null) return;
    const { stream, terminal } = opened;
    const goesOn = options.goesOn ?? false;
    const lines = terminal ? terminalToLines(stream, goesOn) : framesToLines(demux(stream), goesOn);
    for await (const line of lines) yield { service: source.service, ...line };
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
  // Docker writes all in one form, where the text tells at once.
  if (a.at.length === b.at.length && a.at.endsWith("Z") && b.at.endsWith("Z"))
    return a.at < b.at ? -1 : a.at > b.at ? 1 : 0;
  return Date.parse(a.at) - Date.parse(b.at) || (a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
}

export interface Line {
  readonly stream: "stdout" | "stderr";
  readonly at: string | null;
  readonly line: string;
}

/** Messages to lines; the engine cuts a line longer than 16 KiB into several messages. Of what goes on, an unfinished line is left. */
export async function* framesToLines(frames: AsyncIterable<Frame>, goesOn = false): AsyncGenerator<Line> {
  const streams = { stdout: messageAssembler("stdout"), stderr: messageAssembler("stderr") };
  for await (const { stream, data } of frames) yield* streams[stream].add(data);
  if (goesOn) return;
  yield* streams.stdout.end();
  yield* streams.stderr.end();
}

/** A terminal's output to lines: chunks are cut anywhere, and each line starts with its time stamp. */
export async function* terminalToLines(source: AsyncIterable<Uint8Array>, goesOn = false): AsyncGenerator<Line> {
  const decoder = newDecoder();
  const toLine = (whole: string): Line => {
    const { at, text } = unstamp(withoutReturn(whole));
    return { stream: "stdout", at, line: text };
  };
  let rest = "";
  for await (const data of source) {
    const parts = (rest + decoder.decode(data, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts.map(toLine);
  }
  if (goesOn) return;
  rest += decoder.decode();
  if (rest !== "") yield toLine(rest);
}

/** One stream's messages, each of which starts with a time stamp, also where it goes on with an unfinished line. */
function messageAssembler(stream: Line["stream"]) {
  const decoder = newDecoder();
  let unfinished: { at: string | null; text: string } | null = null;
  return {
    add(data: Uint8Array): Line[] {
      const head = Buffer.from(data.subarray(0, longestStamp)).toString("latin1");
      const stamp = stampPattern.exec(head);
      const body = decoder.decode(data.subarray(stamp?.[0].length ?? 0), { stream: true });
      const [first = "", ...more] = body.split("\n");
      const start = { at: unfinished?.at ?? stamp?.[1] ?? null, text: (unfinished?.text ?? "") + first };
      const lines = [start, ...more.map(unstamp)];
      const last = lines.pop();
      // After a newline nothing is unfinished; before one, even an empty text is, for it has its time.
      unfinished = last === undefined || (lines.length > 0 && last.text === "") ? null : last;
      return lines.map(({ at, text }) => ({ stream, at, line: withoutReturn(text) }));
    },
    end(): Line[] {
      const text = (unfinished?.text ?? "") + decoder.decode();
      return unfinished === null && text === ""
        ? []
        : [{ stream, at: unfinished?.at ?? null, line: withoutReturn(text) }];
    },
  };
}

const stampPattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;

const longestStamp = 40;

/** The time stamp that text begins with, and what follows it. */
function unstamp(text: string): { at: string | null; text: string } {
  const match = stampPattern.exec(text);
  return match === null ? { at: null, text } : { at: match[1] ?? null, text: text.slice(match[0].length) };
}

function withoutReturn(text: string): string {
  return text.endsWith("\r") ? text.slice(0, -1) : text;
}

function newDecoder() {
  return new TextDecoder("utf-8", { ignoreBOM: true });
}

/** Merges sources that are each in order into one that is; equal values keep the sources' order. */
export async function* mergeInOrder<T>(
  sources: readonly AsyncIterable<T>[],
  compare: (a: T, b: T) => number,
): AsyncGenerator<T> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(iterators.map((iterator) => iterator.next()));
    for (;;) {
      let best = -1;
      let value: T | undefined;
      for (const [index, head] of heads.entries()) {
        if (head.done || (best !== -1 && compare(head.value, value as T) >= 0)) continue;
        best = index;
        value = head.value;
      }
      const iterator = iterators[best];
      if (iterator === undefined) return;
      yield value as T;
      heads[best] = await iterator.next();
    }
  } finally {
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}
