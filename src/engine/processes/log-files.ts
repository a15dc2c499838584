import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";

const newline = 10;
const pieceBytes = 64 * 1024;

/** What has been read of a file. */
export interface ReadFile {
  readonly inode: number;
  readonly modifiedMs: number;
  readonly texts: readonly string[];
  /** The beginning of a line whose newline has not come yet. */
  readonly rest: Buffer;
  /** How far it was read. */
  readonly offset: number;
}

/** The paths of a folder's log files, in the order of their names; none where there is no folder. */
export async function logFiles(folder: string): Promise<readonly string[]> {
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

/** Before where the last lines of a file begin, found from its end. */
async function startOfTail(file: FileHandle, size: number, lines: number): Promise<number> {
  let begin = size;
  for (let found = 0; begin > 0 && found <= lines; ) {
    const end = begin;
    begin = Math.max(0, end - pieceBytes);
    found += countNewlines(await readAt(file, begin, end));
  }
  return begin;
}

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

/** Goes on from what was read of a folder's files; a renamed file goes on, a shortened one begins anew. */
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
    /** Lines that have become whole since. */
    async next(): Promise<readonly string[]> {
      const lines: string[] = [];
      for (const path of await logFiles(folder)) lines.push(...((await visit(path)) ?? []));
      return lines;
    },
    /** Lines that will never be whole. */
    unfinished: (): readonly string[] =>
      [...known.values()].flatMap(({ rest }) => (rest.length === 0 ? [] : [rest.toString("utf8")])),
  };
}
