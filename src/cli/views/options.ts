import type { Writable } from "node:stream";

export interface ViewOptions {
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Decided by the caller from NO_COLOR, FORCE_COLOR, --no-color and the terminal. */
  readonly color: boolean;
  readonly verbose: boolean;
}

export const writeLine = (stream: Writable, text: string): void => {
  stream.write(`${text}\n`);
};

/** A result's text with exactly one newline at its end; nothing stays nothing. */
export const writeResult = (stream: Writable, text: string): void => {
  if (text !== "") stream.write(text.endsWith("\n") ? text : `${text}\n`);
};
