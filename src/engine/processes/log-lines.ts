import type { LogLine } from "../engine.ts";

export interface StampedLine extends Pick<LogLine, "stream" | "at" | "line"> {
  /** By which it is put in order: its own time, else that of the line before it in its file. */
  readonly sortAt: string;
}

const pattern = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d\.\d{3})(?:Z| UTC) (?:(out|err) )?(.*)$/;

/** The lines of one file, in its order. */
export function toLines(texts: readonly string[], before: string): readonly StampedLine[] {
  let last = before;
  return texts.map((text) => {
    const line = toLine(text, last);
    last = line.sortAt;
    return line;
  });
}

/** A line of a file, whose stamp becomes its time; a line without one has none. */
function toLine(text: string, before: string): StampedLine {
  const line = text.endsWith("\r") ? text.slice(0, -1) : text;
  const [, day, time, stream, rest] = pattern.exec(line) ?? [];
  if (day === undefined) return { stream: "stdout", at: null, line, sortAt: before };
  const at = `${day}T${time}Z`;
  return { stream: stream === "err" ? "stderr" : "stdout", at, line: rest ?? "", sortAt: at };
}
