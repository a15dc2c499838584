export interface LiveLinesOptions {
  /** Draws until the queue ends. */
  draw(lines: LineQueue): Promise<void>;
  /** Called whenever drawing has ended, so that others may write to the terminal. */
  onStill(): void;
}

export interface LiveLines {
  /** Begins a line, or changes the text of one that is running. */
  show(key: string, text: string): void;
  /** Ends a line; this text stays. */
  finish(key: string, text: string): void;
  /** A line that is finished from the start; false where nothing is being drawn. */
  add(text: string): boolean;
  isDrawing(): boolean;
  /** Ends the lines that still run, with the given text, and resolves when drawing has ended. */
  close(unfinished: (key: string) => string): Promise<void>;
}

/** Lines that are drawn together: a stretch begins with a line and ends when none of its lines is running. */
interface Stretch {
  readonly lines: LineQueue;
  readonly running: Map<string, LiveLine>;
}

/** A line of the drawing: shown with `running` until `finished` gives the text it keeps. */
export interface DrawnLine {
  readonly running: string;
  readonly finished: Promise<string>;
  /** Called once the line is on the screen, with the function that changes its text. */
  attach(show: (text: string) => void): void;
}

interface LiveLine extends DrawnLine {
  /** Replaces the running text, at most twenty times a second. */
  update(text: string): void;
  finish(text: string): void;
}

const redrawMs = 50;

export interface LineQueue {
  push(line: DrawnLine): void;
  /** No more lines. */
  end(): void;
  /** The next line, or null after the last. */
  next(): Promise<DrawnLine | null>;
}

export function createLiveLines(options: LiveLinesOptions): LiveLines {
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
}

/** Draws stretches one after the other; between them the terminal is free for others. */
function createStretches({ draw, onStill }: LiveLinesOptions) {
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
}

function createLineQueue(): LineQueue {
  const waiting: (DrawnLine | null)[] = [];
  let wanted: ((line: DrawnLine | null) => void) | undefined;
  const put = (line: DrawnLine | null): void => {
    const deliver = wanted;
    wanted = undefined;
    if (deliver === undefined) waiting.push(line);
    else deliver(line);
  };
  return {
    push: put,
    end: () => put(null),
    next: () =>
      new Promise((resolve) => {
        const line = waiting.shift();
        if (line === undefined) wanted = resolve;
        else resolve(line);
      }),
  };
}

function begin(stretch: Stretch, key: string, text: string): LiveLine {
  const line = createLine(text);
  stretch.running.set(key, line);
  stretch.lines.push(line);
  return line;
}

function createLine(running: string): LiveLine {
  let show: ((text: string) => void) | undefined;
  let latest = running;
  let timer: NodeJS.Timeout | undefined;
  let resolve: (text: string) => void = () => undefined;
  const finished = new Promise<string>((done) => {
    resolve = done;
  });
  const draw = (): void => {
    timer = undefined;
    show?.(latest);
  };
  return {
    running,
    finished,
    attach: (drawer) => {
      show = drawer;
      if (latest !== running) show(latest);
    },
    update: (text) => {
      latest = text;
      timer ??= setTimeout(draw, redrawMs);
    },
    finish: (text) => {
      clearTimeout(timer);
      resolve(text);
    },
  };
}
