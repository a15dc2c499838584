import type { LogLine } from "../engine.ts";
import { createDemux, type Frame } from "./streams.ts";

/** Turns what a container printed, in bytes as they arrive, into lines. */
interface Lines {
  add(bytes: Uint8Array): LogLine[];
  /** Last lines that no newline has ended; empty where there are none. */
  end(): LogLine[];
}

/** For a container without a terminal: the engine sends messages, and cuts a line longer than 16 KiB into several. */
export function createFrameLines(service: string): Lines {
  const demux = createDemux();
  const streams = { stdout: messageAssembler(service, "stdout"), stderr: messageAssembler(service, "stderr") };
  const read = (frames: readonly Frame[]): LogLine[] => {
    const lines: LogLine[] = [];
    for (const { stream, data } of frames) streams[stream].add(data, lines);
    return lines;
  };
  return {
    add: (bytes) => read(demux.add(bytes)),
    end: () => [...read(demux.end()), ...streams.stdout.end(), ...streams.stderr.end()],
  };
}

/** For a container with a terminal: chunks are cut anywhere, and each line starts with its time stamp. */
export function createTerminalLines(service: string): Lines {
  const decoder = newDecoder();
  const toLine = (whole: string): LogLine => {
    const { at, text } = unstamp(withoutReturn(whole));
    return { service, stream: "stdout", at, line: text };
  };
  let rest = "";
  return {
    add: (bytes) => {
      const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = parts.pop() ?? "";
      return parts.map(toLine);
    },
    end: () => {
      rest += decoder.decode();
      return rest === "" ? [] : [toLine(rest)];
    },
  };
}

/** Joins one stream's messages to lines. Each message has a time stamp, also one that continues an unfinished line. */
function messageAssembler(service: string, stream: LogLine["stream"]) {
  const decoder = newDecoder();
  let unfinished: { at: string | null; text: string } | null = null;
  const toLine = ({ at, text }: { at: string | null; text: string }): LogLine => ({
    service,
    stream,
    at,
    line: withoutReturn(text),
  });
  const addAnyhow = (data: Buffer, lines: LogLine[]): void => {
    const stamp = stampPattern.exec(data.toString("latin1", 0, longestStamp));
    const body = decoder.decode(data.subarray(stamp?.[0].length ?? 0), { stream: true });
    const [first = "", ...more] = body.split("\n");
    const start = { at: unfinished?.at ?? stamp?.[1] ?? null, text: (unfinished?.text ?? "") + first };
    const texts = [start, ...more.map(unstamp)];
    const last = texts.pop();
    // After a newline nothing is unfinished. Without one, even an empty text is kept, because it has a time stamp.
    unfinished = last === undefined || (texts.length > 0 && last.text === "") ? null : last;
    for (const text of texts) lines.push(toLine(text));
  };
  return {
    add(data: Buffer, lines: LogLine[]): void {
      // A short cut for nearly all messages: one whole line.
      if (unfinished === null && data.indexOf(newline) === data.length - 1) {
        lines.push(toLine(unstamp(data.toString("utf8", 0, data.length - 1))));
      } else addAnyhow(data, lines);
    },
    end(): LogLine[] {
      const text = (unfinished?.text ?? "") + decoder.decode();
      return unfinished === null && text === "" ? [] : [toLine({ at: unfinished?.at ?? null, text })];
    },
  };
}

const newline = 10;

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
