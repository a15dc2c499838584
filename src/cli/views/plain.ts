import type { Writable } from "node:stream";
import type { GoatError } from "../../errors/goat-error.ts";
import type { StampedEvent, View } from "../../events/events.ts";
import { createPaint, padTo, tame, visibleWidth } from "../../platform/style.ts";
import { noticeLine, renderError, stepLine } from "./render.ts";

/** The types of events that a quiet run still passes on. */
const told: readonly string[] = ["run-started", "output", "row", "result", "error"];

export interface TalkOptions extends ViewOptions {
  /** False where another view owns stdout; errors are told on stderr all the same. */
  readonly results?: boolean;
}

/** Everything but steps: notices and errors on stderr, results and the logs command's lines on stdout. */
export interface Talk {
  on(event: StampedEvent): void;
  /** Called after a step's line was drawn, so that an error right below it does not repeat the same message. */
  drew(event: Extract<StampedEvent, { readonly type: "step-finished" }>, isLowest: boolean): void;
}

type LogEvent = Extract<StampedEvent, { readonly type: "log" }>;

const looks = ["cyan", "magenta", "blue", "yellow", "green"] as const;

export interface ViewOptions {
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Decided by the caller from NO_COLOR, FORCE_COLOR, --no-color and the terminal. */
  readonly color: boolean;
  readonly verbose: boolean;
}

/** One line for each finished step, notice and error on stderr, results on stdout; nothing moves. */
export function createPlainView(options: TalkOptions): View {
  const paint = createPaint(options.color);
  const talk = createTalk(options);
  return {
    on: (event) => {
      if (event.type !== "step-finished") return talk.on(event);
      talk.drew(event, true);
      writeLine(options.stderr, stepLine(event, paint));
    },
    close: async () => undefined,
  };
}

/** Results, the logs command's lines and errors; nothing else. */
export function createQuietView(options: ViewOptions): View {
  const talk = createTalk({ ...options, verbose: false });
  let isLogs = false;
  return {
    on: (event) => {
      if (event.type === "run-started") isLogs = event.command === "logs";
      if (told.includes(event.type) || (event.type === "log" && isLogs)) talk.on(event);
    },
    close: async () => undefined,
  };
}

export function createTalk(options: TalkOptions): Talk {
  const { stdout, stderr, color, verbose, results = true } = options;
  const paint = createPaint(color);
  const lines = createLines(stdout);
  const log = createLogLines({ ...options, lines });
  let lastFailure: readonly string[] = [];
  let hasSpoken = false;
  let isLogs = false;

  const tellError = (error: GoatError): void => {
    const alreadySaid = lastFailure.includes(error.message);
    const gap = hasSpoken && !alreadySaid ? "\n" : "";
    stderr.write(gap + renderError(error, { paint, color, alreadySaid }));
  };
  const on = (event: StampedEvent): void => {
    if (event.type !== "log") lines.flush();
    switch (event.type) {
      case "run-started":
        isLogs = event.command === "logs";
        break;
      case "notice":
        hasSpoken = true;
        lastFailure = [];
        writeLine(stderr, noticeLine(event, paint));
        break;
      case "detail":
        if (verbose) writeLine(stderr, paint("dim", event.text));
        break;
      case "log":
        if (results || !isLogs) log(event, isLogs);
        break;
      case "output":
        if (results) stdout.write(event.text);
        break;
      case "row":
        if (results) writeLine(stdout, event.text);
        break;
      case "result":
        if (results) writeResult(stdout, event.text);
        break;
      case "error":
        tellError(event.error);
    }
  };
  const drew: Talk["drew"] = ({ outcome, step, text }, isLowest) => {
    hasSpoken = true;
    lastFailure = outcome === "failed" && isLowest ? [text, `${step} ${text}`] : [];
  };
  return { on, drew };
}

/** Writes `litellm | line`, names padded to the widest so far: to stdout for the logs command, else to stderr. */
function createLogLines({ lines, ...options }: ViewOptions & { readonly lines: Lines }) {
  const paint = createPaint(options.color);
  const services: string[] = [];
  let heads = new Map<string, string>();
  const meet = (service: string): void => {
    services.push(service);
    const width = Math.max(...services.map(visibleWidth));
    heads = new Map(
      services.map((name, index) => [name, paint(looks[index % looks.length] ?? "cyan", padTo(name, width))]),
    );
  };
  return (event: LogEvent, isResult: boolean): void => {
    if (!heads.has(event.service)) meet(event.service);
    const line = `${heads.get(event.service)} | ${tame(event.line, options.color)}`;
    if (isResult) lines.add(line);
    else writeLine(options.stderr, line);
  };
}

export interface Lines {
  add(text: string): void;
  /** To be called before anything else is written. */
  flush(): void;
}

/** Collects lines that come in large numbers into few writes, since each write waits for its reader. */
export function createLines(stream: Writable): Lines {
  let waiting = "";
  let timer: NodeJS.Immediate | null = null;
  const flush = (): void => {
    if (timer !== null) clearImmediate(timer);
    timer = null;
    if (waiting !== "") stream.write(waiting);
    waiting = "";
  };
  const add = (text: string): void => {
    waiting += `${text}\n`;
    if (waiting.length >= pieceLength) flush();
    else timer ??= setImmediate(flush);
  };
  return { add, flush };
}

const pieceLength = 32 * 1024;

export function writeLine(stream: Writable, text: string): void {
  stream.write(`${text}\n`);
}

/** Writes a result's text, with a newline where it has none at its end; writes nothing for an empty text. */
function writeResult(stream: Writable, text: string): void {
  if (text !== "") stream.write(text.endsWith("\n") ? text : `${text}\n`);
}
