import type { GoatError } from "../../errors/goat-error.ts";
import type { StampedEvent } from "../../events/events.ts";
import { createPaint } from "../../platform/style.ts";
import { renderError } from "../render/error.ts";
import { noticeLine } from "../render/lines.ts";
import { createLogLines } from "./log-lines.ts";
import { type ViewOptions, writeLine, writeResult } from "./options.ts";

export interface TalkOptions extends ViewOptions {
  /** False where another view owns stdout; errors are told on stderr all the same. */
  readonly results?: boolean;
}

/** Everything but steps: notices and errors on stderr, results and the logs command's lines on stdout. */
export interface Talk {
  on(event: StampedEvent): void;
  /** A failed step's line has said this; an error with the same words does not repeat it. */
  said(step: string, text: string): void;
}

export const createTalk = (options: TalkOptions): Talk => {
  const { stdout, stderr, color, verbose, results = true } = options;
  const paint = createPaint(color);
  const log = createLogLines(options);
  const failures = new Set<string>();
  let isLogs = false;

  const tellError = (error: GoatError): void => {
    const alreadySaid = failures.has(error.message);
    const gap = failures.size > 0 && !alreadySaid ? "\n" : "";
    stderr.write(gap + renderError(error, { paint, color, alreadySaid }));
  };
  const on = (event: StampedEvent): void => {
    switch (event.type) {
      case "run-started":
        isLogs = event.command === "logs";
        break;
      case "notice":
        writeLine(stderr, noticeLine(event, paint));
        break;
      case "detail":
        if (verbose) writeLine(stderr, paint("dim", event.text));
        break;
      case "log":
        if (results || !isLogs) log(event, isLogs);
        break;
      case "result":
        if (results) writeResult(stdout, event.text);
        break;
      case "error":
        tellError(event.error);
    }
  };
  return { on, said: (step, text) => void failures.add(text).add(`${step} ${text}`) };
};
