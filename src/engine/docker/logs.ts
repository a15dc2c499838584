import type { Readable } from "node:stream";
import type { ContainerInspectInfo } from "dockerode";
import type { LogLine, LogOptions } from "../engine.ts";
import { demux } from "./demux.ts";
import { type Doing, guarded, translate, unlessStatus } from "./errors.ts";
import { framesToLines, type Line, terminalToLines } from "./lines.ts";
import { mergeByArrival, mergeInOrder } from "./merge.ts";
import type { Reader } from "./reader.ts";

type Source = LogOptions["containers"][number];

/** Seconds with nine digits, as the engine takes them; the fraction is kept as it was written. */
export const toEngineTime = (iso: string): string => {
  const fraction = /\.(\d+)/.exec(iso)?.[1] ?? "";
  return `${Math.floor(Date.parse(iso) / 1000)}.${fraction.padEnd(9, "0").slice(0, 9)}`;
};

const open = async (reader: Reader, source: Source, options: LogOptions, signal: AbortSignal) => {
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
};

const toLines = (stream: Readable, terminal: boolean): AsyncIterable<Line> =>
  terminal ? terminalToLines(stream) : framesToLines(demux(stream));

const linesOf = async function* (
  reader: Reader,
  source: Source,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const doing: Doing = { verb: "read", subject: `the log of ${source.container}`, service: source.service };
  try {
    const opened = await guarded(doing, signal, () => open(reader, source, options, signal));
    if (opened === null) return;
    for await (const line of toLines(opened.stream, opened.terminal)) yield { service: source.service, ...line };
  } catch (error) {
    // An aborted stream ends with ECONNRESET as well as with AbortError; both are a clean end.
    if (!signal.aborted) throw translate(error, doing);
  }
};

const byTime = (a: LogLine, b: LogLine): number => {
  if (a.at === null || b.at === null) return 0;
  return Date.parse(a.at) - Date.parse(b.at) || (a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
};

/** Lines of several containers; ends quietly when the signal fires or the reader stops reading. */
export const logs = async function* (reader: Reader, options: LogOptions): AsyncGenerator<LogLine> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const sources = options.containers.map((source) => linesOf(reader, source, options, signal));
  try {
    yield* options.follow ? mergeByArrival(sources) : mergeInOrder(sources, byTime);
  } finally {
    stop.abort();
  }
};
