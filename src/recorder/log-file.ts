import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";

export interface LogFileOptions {
  /** Ends in .log; the rotated files are `….1.log`, `….2.log`, the newest first. */
  readonly path: string;
  readonly limitBytes: number;
  readonly keep: number;
  now(): Date;
}

export type LogStream = "out" | "err";

/**
 * Returns a function that appends lines with a time stamp to a file, and rotates the file when it would exceed
 * `limitBytes`. The lines are written when that function returns.
 */
export function openLogFile(options: LogFileOptions): (stream: LogStream, text: string) => void {
  mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
  let bytes = sizeOf(options.path);
  return (stream, text) => {
    const stamp = `${options.now().toISOString()} ${stream} `;
    const lines = `${text
      .split("\n")
      .map((line) => stamp + line)
      .join("\n")}\n`;
    if (bytes > 0 && bytes + lines.length > options.limitBytes) {
      rotate(options);
      bytes = 0;
    }
    try {
      appendFileSync(options.path, lines, { mode: 0o600 });
      bytes += Buffer.byteLength(lines);
    } catch {
      // A full disk is no reason to stop serving.
    }
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function rotate({ path, keep }: LogFileOptions): void {
  const old = (count: number): string => (count === 0 ? path : path.replace(/\.log$/, `.${count}.log`));
  for (let count = keep; count > 0; count -= 1) {
    if (sizeOf(old(count - 1)) > 0) renameSync(old(count - 1), old(count));
  }
}
