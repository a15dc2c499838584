import { isUtf8 } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, type Stats, statSync } from "node:fs";
import { systemCode } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";

/** What reading a text file came to. */
export type TextFile =
  | { readonly state: "text"; readonly text: string }
  | { readonly state: "missing" }
  /** `why` completes a sentence that begins with the file's name: "is a folder". */
  | { readonly state: "unusable"; readonly why: string };

/** More than any file that people write for goat-dev, and little enough to be read at once. */
const byteLimit = 1024 * 1024;

/** Time limit for reading a pipe, as in `--env-file <(decrypt .env.gpg)`, to its end. */
const pipeLimitMs = 30_000;

/**
 * Every text file that a user wrote is read through this function. It never throws, whatever is at the path:
 * apart from ordinary files, only pipes and /dev/null are opened.
 */
export function readTextFile(path: string): TextFile {
  try {
    const found = statSync(path);
    const why = whyNotRead(found);
    return why === undefined ? readOpened(path) : { state: "unusable", why };
  } catch (error) {
    const code = systemCode(error) ?? "";
    const target = code === "ENOENT" ? linkAt(path) : null;
    if (target !== null) return { state: "unusable", why: `is a link to ${printable(target)}, which is not there` };
    if (["ENOENT", "ENOTDIR"].includes(code)) return { state: "missing" };
    return { state: "unusable", why: reasons[code] ?? `cannot be read (${code})` };
  }
}

/** The file's text, or undefined where there is no such file. Throws file-unreadable for anything else. */
export function readTextIfThere(path: string): string | undefined {
  const file = readTextFile(path);
  if (file.state === "unusable") throw unreadable(path, file.why);
  return file.state === "text" ? file.text : undefined;
}

/** Where a link leads; null where there is none. */
function linkAt(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function unreadable(path: string, why: string): GoatError {
  return new GoatError("file-unreadable", `${printable(path)} ${why}`, {
    fixes: [{ command: `ls -ld ${printable(path)}`, effect: "shows what is there" }],
  });
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "may not be read by you (permission denied)",
  EPERM: "may not be read by you (permission denied)",
  EISDIR: "is a folder",
  ELOOP: "is a link that leads in a circle",
  ENAMETOOLONG: "is too long for a file's name",
  ERR_INVALID_ARG_VALUE: "holds a NUL character, which no file's name can",
};

function whyNotRead(found: Stats): string | undefined {
  if (found.isFile() || found.isFIFO()) return undefined;
  if (found.isDirectory()) return "is a folder";
  if (found.isSocket()) return "is a socket, not a file";
  const isNull = found.isCharacterDevice() && found.rdev === statSync("/dev/null").rdev;
  return isNull ? undefined : "is a device, not a file";
}

/** Opens without blocking, so that a pipe without a writer, even one that just replaced the file, cannot hang us. */
function readOpened(path: string): TextFile {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const found = fstatSync(file);
    const why = whyNotRead(found) ?? (found.size > byteLimit ? tooLarge : undefined);
    if (why !== undefined) return { state: "unusable", why };
    const bytes = readBytes(file, found);
    return typeof bytes === "string" ? { state: "unusable", why: bytes } : decode(bytes);
  } finally {
    closeSync(file);
  }
}

const tooLarge = "is larger than 1 MB, more than goat-dev reads of one file";

/** All bytes of an open file, or the reason, as `why`, for which they cannot be read. */
function readBytes(file: number, found: Stats): Buffer | string {
  const isPipe = found.isFIFO();
  // Sized to the file: allocating 1 MB for each of a dozen small files would trigger Node's garbage collector.
  let buffer = Buffer.allocUnsafe(Math.max(found.size + 1, leastRoom));
  const deadline = performance.now() + pipeLimitMs;
  let length = 0;
  while (length <= byteLimit) {
    if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(length)]);
    const read = readSome(file, buffer, length);
    if (read === 0) break;
    if (read === undefined && (!isPipe || performance.now() > deadline)) return "is a pipe that never ends";
    // This blocks the process, but Ctrl-C in the terminal also ends the pipe's writer, and so this wait.
    if (read === undefined) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    length += read ?? 0;
  }
  if (length === 0 && isPipe) return "is a pipe that nobody writes to";
  return length > byteLimit ? tooLarge : buffer.subarray(0, length);
}

const leastRoom = 4096;

/** Undefined where nothing has come yet. */
function readSome(file: number, buffer: Buffer, offset: number): number | undefined {
  try {
    return readSync(file, buffer, offset, buffer.length - offset, null);
  } catch (error) {
    if (systemCode(error) === "EAGAIN") return undefined;
    throw error;
  }
}

function decode(bytes: Buffer): TextFile {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { state: "unusable", why: "is UTF-16: save it as UTF-8" };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { state: "unusable", why: "is UTF-16: save it as UTF-8" };
  if (isWide(bytes)) return { state: "unusable", why: "is UTF-16: save it as UTF-8" };
  const nul = bytes.indexOf(0);
  if (nul >= 0) return { state: "unusable", why: `holds a NUL character in line ${lineAt(bytes, nul)}: it is no text` };
  if (isUtf8(bytes)) return { state: "text", text: bytes.toString("utf8") };
  return { state: "unusable", why: `is not UTF-8 in line ${firstBadLine(bytes)}: save it as UTF-8` };
}

/** True where every other byte of the first 64 is zero, as in UTF-16 without a byte order mark. */
function isWide(bytes: Buffer): boolean {
  const start = bytes.subarray(0, 64);
  if (start.length < 4) return false;
  const halves = [0, 1].map((first) => start.filter((_, index) => index % 2 === first));
  return halves.some((half) => half.every((byte) => byte === 0)) && !start.every((byte) => byte === 0);
}

function lineAt(bytes: Buffer, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(10); at >= 0 && at < offset; at = bytes.indexOf(10, at + 1)) line += 1;
  return line;
}

function firstBadLine(bytes: Buffer): number {
  let [line, start] = [1, 0];
  for (let end = bytes.indexOf(10); end >= 0 && isUtf8(bytes.subarray(start, end)); end = bytes.indexOf(10, start)) {
    line += 1;
    start = end + 1;
  }
  return line;
}

/** Control characters of a path as escapes, so that a message stays one line. */
function printable(path: string): string {
  return path.replace(/\p{Cc}/gu, (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
