import { Writable } from "node:stream";
import xterm from "@xterm/headless";

export interface TestTerminal {
  /** A stream that calls itself a terminal. */
  readonly stream: NodeJS.WriteStream;
  /** Everything written so far, escape codes included. */
  raw(): string;
  /** What a person sees: the lines of the screen and what scrolled off it, without blank ends. */
  screen(): Promise<string>;
  isCursorHidden(): Promise<boolean>;
}

/** A real terminal emulator behind a stream, for tests of what ends up on the screen. */
export const createTerminal = (columns = 100, rows = 30): TestTerminal => {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  let written = "";
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string | Buffer, _encoding, done) => {
      written += chunk.toString();
      terminal.write(chunk.toString(), done);
    },
  });
  // Behind everything that still waits in the stream.
  const settle = (): Promise<void> => new Promise((resolve) => stream.write("", () => resolve()));
  return {
    stream: Object.assign(stream, { isTTY: true, columns, rows, fd: -1 }) as unknown as NodeJS.WriteStream,
    raw: () => written,
    screen: async () => {
      await settle();
      const buffer = terminal.buffer.active;
      const lines = Array.from(
        { length: buffer.length },
        (_, row) => buffer.getLine(row)?.translateToString(true) ?? "",
      );
      return lines.join("\n").trimEnd();
    },
    isCursorHidden: async () => {
      await settle();
      return written.lastIndexOf("\u001b[?25l") > written.lastIndexOf("\u001b[?25h");
    },
  };
};

/** A stream that keeps what is written, as a pipe would get it. */
export const createSink = (onText?: (all: string) => void): { readonly stream: NodeJS.WriteStream; text(): string } => {
  let written = "";
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      written += chunk.toString();
      onText?.(written);
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY: false }) as unknown as NodeJS.WriteStream, text: () => written };
};
