import { isAbort } from "../../errors/describe.ts";
import type { LogLine, LogOptions } from "../engine.ts";
import { findIn, type Host, runs } from "./host.ts";
import { createFollower, logFiles, type ReadFile, readTail } from "./log-files.ts";
import { logFolder } from "./project-store.ts";

export interface StampedLine extends Pick<LogLine, "stream" | "at" | "line"> {
  /** By which it is put in order: its own time, else that of the line before it in its file. */
  readonly sortAt: string;
}

/** Lines of several containers; ends quietly when the signal fires. */
export async function* logs(host: Host, options: LogOptions): AsyncGenerator<LogLine> {
  if (options.signal.aborted) return;
  const sources = options.containers.flatMap((asked) => toSource(host, asked));
  const pasts = await Promise.all(sources.map((source) => readPast(source, options)));
  try {
    for (const line of merge(pasts)) {
      if (options.signal.aborted) return;
      yield line;
    }
    if (options.follow) yield* follow(host, pasts, options.signal);
  } catch (error) {
    if (!options.signal.aborted || !isAbort(error)) throw error;
  }
}

interface Source {
  readonly service: string;
  readonly container: string;
  readonly folder: string;
  /** Before it, nothing of the container was printed. */
  readonly startedAt: string;
}

function toSource(host: Host, { service, container }: LogOptions["containers"][number]): Source[] {
  const asked = findIn(host, container);
  if (asked === null) return [];
  const { place, found } = asked;
  const startedAt = found.record.process?.startedAt ?? "";
  return [{ service, container: found.record.id, folder: logFolder(place, found.record.id), startedAt }];
}

interface Past {
  readonly source: Source;
  readonly files: readonly ReadFile[];
  readonly lines: readonly StampedLine[];
}

async function readPast(source: Source, options: LogOptions): Promise<Past> {
  const read = (await logFiles(source.folder)).map((path) => readTail(path, options.tail));
  const files = (await Promise.all(read)).filter((file) => file !== undefined);
  const lines = files.flatMap((file) => recentOf(toLines(linesOf(file, options.follow), ""), file, options.since));
  const sorted = byTime(lines);
  return {
    source,
    files,
    lines: options.tail === null ? sorted : sorted.slice(Math.max(0, sorted.length - options.tail)),
  };
}

/** Lines before a file's first stamp are no younger than that; where there is none, than the file's last write. */
function recentOf(lines: readonly StampedLine[], file: ReadFile, since: string | null): readonly StampedLine[] {
  if (since === null) return lines;
  const first = lines.find(({ at }) => at !== null)?.sortAt;
  const unknown = first === undefined ? file.modifiedMs : Date.parse(first);
  return lines.filter(({ sortAt }) => (sortAt === "" ? unknown : Date.parse(sortAt)) >= sinceMs(since));
}

/** A time as files have it; what is no time is before all. */
function sinceMs(since: string | null): number {
  return since === null ? 0 : Date.parse(since) || 0;
}

function linesOf(file: ReadFile, follow: boolean): readonly string[] {
  return follow || file.rest.length === 0 ? file.texts : [...file.texts, file.rest.toString("utf8")];
}

const lookEveryMs = 100;

async function* follow(host: Host, pasts: readonly Past[], signal: AbortSignal): AsyncGenerator<LogLine> {
  let open = pasts.map(({ source, files }) => ({ source, follower: createFollower(source.folder, files) }));
  while (open.length > 0) {
    const next: typeof open = [];
    for (const one of open) {
      // Asked before the files are read: what was printed until the end is in them then.
      const goesOn = await isAlive(host, one.source.container);
      const texts = [...(await one.follower.next()), ...(goesOn ? [] : one.follower.unfinished())];
      for (const line of toLines(texts, "")) yield toLogLine(one.source, line);
      if (goesOn) next.push(one);
    }
    open = next;
    if (open.length > 0) await host.clock.sleep(lookEveryMs, signal);
  }
}

async function isAlive(host: Host, container: string): Promise<boolean> {
  const asked = findIn(host, container);
  return asked !== null && (await runs(asked.found));
}

function toLogLine({ service }: Source, { stream, at, line }: StampedLine): LogLine {
  return { service, stream, at, line };
}

/** Stable: lines without a time stay behind the line they followed. */
function byTime<T extends { readonly sortAt: string }>(lines: readonly T[]): T[] {
  return lines.toSorted((a, b) => (a.sortAt < b.sortAt ? -1 : a.sortAt > b.sortAt ? 1 : 0));
}

/** Between services, lines without any time count as printed when their service started. */
function merge(pasts: readonly Past[]): readonly LogLine[] {
  return byTime(
    pasts.flatMap(({ source, lines }) =>
      lines.map((line) => ({ sortAt: line.sortAt || source.startedAt, line: toLogLine(source, line) })),
    ),
  ).map(({ line }) => line);
}

/** The lines of one file, in its order. */
export function toLines(texts: readonly string[], before: string): readonly StampedLine[] {
  let last = before;
  return texts.map((text) => {
    const line = toLine(text, last);
    last = line.sortAt;
    return line;
  });
}

const pattern = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d\.\d{3})(?:Z| UTC) (?:(out|err) )?(.*)$/;

/** A line of a file, whose stamp becomes its time; a line without one has none. */
function toLine(text: string, before: string): StampedLine {
  const line = text.endsWith("\r") ? text.slice(0, -1) : text;
  const [, day, time, stream, rest] = pattern.exec(line) ?? [];
  if (day === undefined) return { stream: "stdout", at: null, line, sortAt: before };
  const at = `${day}T${time}Z`;
  return { stream: stream === "err" ? "stderr" : "stdout", at, line: rest ?? "", sortAt: at };
}
