import type { Frame } from "./demux.ts";

export interface Line {
  readonly stream: "stdout" | "stderr";
  readonly at: string | null;
  readonly line: string;
}

const stampPattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;
const longestStamp = 40;

/** The time stamp that text begins with, and what follows it. */
const unstamp = (text: string): { at: string | null; text: string } => {
  const match = stampPattern.exec(text);
  return match === null ? { at: null, text } : { at: match[1] ?? null, text: text.slice(match[0].length) };
};

const withoutReturn = (text: string): string => (text.endsWith("\r") ? text.slice(0, -1) : text);

const newDecoder = () => new TextDecoder("utf-8", { ignoreBOM: true });

/** One stream's messages, each of which starts with a time stamp, also where it goes on with an unfinished line. */
const messageAssembler = (stream: Line["stream"]) => {
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
};

/** Messages to lines; the engine cuts a line longer than 16 KiB into several messages. */
export const framesToLines = async function* (frames: AsyncIterable<Frame>): AsyncGenerator<Line> {
  const streams = { stdout: messageAssembler("stdout"), stderr: messageAssembler("stderr") };
  for await (const { stream, data } of frames) yield* streams[stream].add(data);
  yield* streams.stdout.end();
  yield* streams.stderr.end();
};

/** A terminal's output to lines: chunks are cut anywhere, and each line starts with its time stamp. */
export const terminalToLines = async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
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
  rest += decoder.decode();
  if (rest !== "") yield toLine(rest);
};
