/** A line of the drawing: shown with `running` until `finished` gives the text it keeps. */
export interface DrawnLine {
  readonly running: string;
  readonly finished: Promise<string>;
  /** Called with what draws it, once that is there. */
  attach(show: (text: string) => void): void;
}

export interface LiveLine extends DrawnLine {
  /** Replaces the running text, at most twenty times a second. */
  update(text: string): void;
  finish(text: string): void;
}

const redrawMs = 50;

export const createLine = (running: string): LiveLine => {
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
};

export interface LineQueue {
  push(line: DrawnLine): void;
  /** No more lines. */
  end(): void;
  /** The next line, or null after the last. */
  next(): Promise<DrawnLine | null>;
}

export const createLineQueue = (): LineQueue => {
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
};
