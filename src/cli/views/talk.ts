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
  /** A step's line was drawn: an error right below it, with the same words, does not repeat them. */
  drew(event: Extract<StampedEvent, { readonly type: "step-finished" }>, isLowest: boolean): void;
}

export const createTalk = (options: TalkOptions): Talk => {
  const { stdout, stderr, color, verbose, results = true } = options;
  const paint = createPaint(color);
  const log = createLogLines(options);
  let lastFailure: readonly string[] = [];
  let hasSpoken = false;
  let isLogs = false;

  const tellError = (error: GoatError): void => {
    const alreadySaid = lastFailure.includes(error.message);
    const gap = hasSpoken && !alreadySaid ? "\n" : "";
    stderr.write(gap + renderError(error, { paint, color, alreadySaid }));
  };
  const on = (event: StampedEvent): void => {
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
};
