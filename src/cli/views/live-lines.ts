import { createLine, createLineQueue, type LineQueue, type LiveLine } from "./line-queue.ts";

export interface LiveLinesOptions {
  /** Draws until the queue ends. */
  draw(lines: LineQueue): Promise<void>;
  /** Called whenever everything stands still and others may write. */
  onStill(): void;
}

export interface LiveLines {
  /** Begins a line, or changes the text of one that is running. */
  show(key: string, text: string): void;
  /** Gives a line the text it keeps. */
  finish(key: string, text: string): void;
  /** A line that is finished from the start; false where nothing is being drawn. */
  add(text: string): boolean;
  isDrawing(): boolean;
  /** Finishes what still runs with the given text, and resolves when everything stands still. */
  close(unfinished: (key: string) => string): Promise<void>;
}

/** One stretch of lines: it begins with a line and ends when none is running. */
interface Stretch {
  readonly lines: LineQueue;
  readonly running: Map<string, LiveLine>;
}

/** Lines by key, drawn in stretches, one after the other; between them the terminal is free for others. */
export const createLiveLines = ({ draw, onStill }: LiveLinesOptions): LiveLines => {
  let stretch: Stretch | null = null;
  let drawings = 0;
  let drawn: Promise<void> = Promise.resolve();

  const stand = (): void => {
    drawings -= 1;
    if (drawings === 0) onStill();
  };
  const current = (): Stretch => {
    if (stretch !== null) return stretch;
    const begun = { lines: createLineQueue(), running: new Map<string, LiveLine>() };
    stretch = begun;
    drawings += 1;
    drawn = drawn.then(() => draw(begun.lines)).then(stand, stand);
    return begun;
  };
  const begin = (into: Stretch, key: string, text: string): LiveLine => {
    const line = createLine(text);
    into.running.set(key, line);
    into.lines.push(line);
    return line;
  };
  const end = (ended: Stretch): void => {
    if (stretch === ended) stretch = null;
    ended.lines.end();
  };
  return {
    show: (key, text) => {
      const { running } = current();
      const line = running.get(key);
      if (line === undefined) begin(current(), key, text);
      else line.update(text);
    },
    finish: (key, text) => {
      const into = current();
      (into.running.get(key) ?? begin(into, key, text)).finish(text);
      into.running.delete(key);
      queueMicrotask(() => {
        if (stretch === into && into.running.size === 0) end(into);
      });
    },
    add: (text) => {
      if (stretch === null) return false;
      begin(stretch, text, text).finish(text);
      stretch.running.delete(text);
      return true;
    },
    isDrawing: () => drawings > 0,
    close: async (unfinished) => {
      for (const [key, line] of stretch?.running ?? []) line.finish(unfinished(key));
      if (stretch !== null) end(stretch);
      await drawn;
    },
  };
};
