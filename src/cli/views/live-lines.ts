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

const begin = (stretch: Stretch, key: string, text: string): LiveLine => {
  const line = createLine(text);
  stretch.running.set(key, line);
  stretch.lines.push(line);
  return line;
};

/** Draws stretches one after the other; between them the terminal is free for others. */
const createStretches = ({ draw, onStill }: LiveLinesOptions) => {
  let active: Stretch | null = null;
  let drawings = 0;
  let drawn: Promise<void> = Promise.resolve();

  const stand = (): void => {
    drawings -= 1;
    if (drawings === 0) onStill();
  };
  const start = (): Stretch => {
    const stretch: Stretch = { lines: createLineQueue(), running: new Map() };
    drawings += 1;
    drawn = drawn.then(() => draw(stretch.lines)).then(stand, stand);
    return stretch;
  };
  return {
    active: (): Stretch | null => active,
    current: (): Stretch => {
      active ??= start();
      return active;
    },
    end: (stretch: Stretch): void => {
      if (active !== stretch) return;
      active = null;
      stretch.lines.end();
    },
    isDrawing: (): boolean => drawings > 0,
    settled: (): Promise<void> => drawn,
  };
};

export const createLiveLines = (options: LiveLinesOptions): LiveLines => {
  const stretches = createStretches(options);
  return {
    show: (key, text) => {
      const stretch = stretches.current();
      const line = stretch.running.get(key);
      if (line === undefined) begin(stretch, key, text);
      else line.update(text);
    },
    finish: (key, text) => {
      const stretch = stretches.current();
      (stretch.running.get(key) ?? begin(stretch, key, text)).finish(text);
      stretch.running.delete(key);
      queueMicrotask(() => {
        if (stretch.running.size === 0) stretches.end(stretch);
      });
    },
    add: (text) => {
      const stretch = stretches.active();
      if (stretch === null) return false;
      begin(stretch, text, text).finish(text);
      stretch.running.delete(text);
      return true;
    },
    isDrawing: stretches.isDrawing,
    close: async (unfinished) => {
      const stretch = stretches.active();
      for (const [key, line] of stretch?.running ?? []) line.finish(unfinished(key));
      if (stretch !== null) stretches.end(stretch);
      await stretches.settled();
    },
  };
};
