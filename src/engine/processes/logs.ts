import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { isAbort } from "../../errors/describe.ts";
import type { LogLine, LogOptions } from "../engine.ts";
import { findIn, type Host, runs } from "./host.ts";
import { logFolder } from "./project-store.ts";

export interface StampedLine extends Pick<LogLine, "stream" | "at" | "line"> {
  /** The sort key: the line's own time, else that of the line before it in its file; empty where there is none. */
  readonly sortAt: string;
}

/** What has been read of a file. */
export interface ReadFile {
  readonly inode: number;
  readonly modifiedMs: number;
  readonly texts: readonly string[];
  /** The beginning of a line whose newline has not come yet. */
  readonly rest: Buffer;
  /** The position in bytes up to which it was read. */
  readonly offset: number;
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
  /** ISO time of the last start, which lines without any time are sorted by; empty where it never started. */
  readonly startedAt: string;
}

function toSource(host: Host, { service, container }: LogOptions["containers"][number]): Source[] {
  const asked = findIn(host, container);
  if (asked === null) return [];
  const { store, found } = asked;
  const startedAt = found.record.process?.startedAt ?? "";
  return [{ service, container: found.record.id, folder: logFolder(store, found.record.id), startedAt }];
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

/**
 * The lines from `since` on. Lines before a file's first time stamp count as printed at that time; in a file without
 * any stamp, all count as printed at its last write.
 */
function recentOf(lines: readonly StampedLine[], file: ReadFile, since: string | null): readonly StampedLine[] {
  if (since === null) return lines;
  const first = lines.find(({ at }) => at !== null)?.sortAt;
  const unknown = first === undefined ? file.modifiedMs : Date.parse(first);
  return lines.filter(({ sortAt }) => (sortAt === "" ? unknown : Date.parse(sortAt)) >= sinceMs(since));
}

/** Milliseconds since 1970; 0 where `since` is null or no time. */
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
      // Asked before the files are read, so that they hold all that a process printed before it ended.
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

/** The paths of a folder's log files, in the order of their names; none where there is no folder. */
async function logFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .flatMap((entry) => (entry.isFile() && entry.name.endsWith(".log") ? [entry.name] : []))
    .sort()
    .map((name) => join(folder, name));
}

/** A file's last lines, or all of them; undefined where there is no file any more. */
export function readTail(path: string, lines: number | null): Promise<ReadFile | undefined> {
  return reading(path, async (file) => {
    const { ino, size, mtimeMs } = await file.stat();
    const begin = lines === null ? 0 : await startOfTail(file, size, lines);
    const bytes = await readAt(file, begin, size);
    const { texts, rest } = split(bytes);
    const kept = lines === null ? texts : texts.slice(Math.max(0, texts.length - lines));
    return { inode: ino, modifiedMs: mtimeMs, texts: kept, rest, offset: begin + bytes.length };
  });
}

async function reading<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T | undefined> {
  const file = await open(path).catch(() => undefined);
  try {
    return file === undefined ? undefined : await work(file);
  } finally {
    await file?.close();
  }
}

const pieceBytes = 64 * 1024;

/** A position at or before the beginning of the last `lines` lines, found by reading from the end. */
async function startOfTail(file: FileHandle, size: number, lines: number): Promise<number> {
  let begin = size;
  for (let found = 0; begin > 0 && found <= lines; ) {
    const end = begin;
    begin = Math.max(0, end - pieceBytes);
    found += countNewlines(await readAt(file, begin, end));
  }
  return begin;
}

const newline = 10;

function countNewlines(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum + (byte === newline ? 1 : 0), 0);
}

async function readAt(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
  return bytes.subarray(0, bytesRead);
}

/** Whole lines, and the bytes after the last newline. */
function split(bytes: Buffer): { readonly texts: readonly string[]; readonly rest: Buffer } {
  const end = bytes.lastIndexOf(newline);
  const texts = end < 0 ? [] : bytes.toString("utf8", 0, end).split("\n");
  return { texts, rest: bytes.subarray(end + 1) };
}

/** Reads on where `read` ended in a folder's files; a renamed file is continued, a truncated one read anew. */
export function createFollower(folder: string, read: readonly ReadFile[]) {
  const known = new Map(read.map(({ inode, offset, rest }) => [inode, { offset, rest }]));
  const visit = (path: string): Promise<readonly string[] | undefined> =>
    reading(path, async (file) => {
      const { ino, size } = await file.stat();
      const before = known.get(ino) ?? { offset: 0, rest: Buffer.alloc(0) };
      const offset = size < before.offset ? 0 : before.offset;
      const bytes = await readAt(file, offset, size);
      const { texts, rest } = split(Buffer.concat([before.rest, bytes]));
      known.set(ino, { offset: offset + bytes.length, rest });
      return texts;
    });
  return {
    /** Lines that were completed since the last call. */
    async next(): Promise<readonly string[]> {
      const lines: string[] = [];
      for (const path of await logFiles(folder)) lines.push(...((await visit(path)) ?? []));
      return lines;
    },
    /** Last lines without a newline, for when the process has ended. */
    unfinished: (): readonly string[] =>
      [...known.values()].flatMap(({ rest }) => (rest.length === 0 ? [] : [rest.toString("utf8")])),
  };
}
