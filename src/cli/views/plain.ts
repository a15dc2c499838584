import type { GoatError } from "../../errors/goat-error.ts";
import type { StampedEvent, View } from "../../events/events.ts";
import { createPaint } from "../../platform/style.ts";
import { renderError } from "../render/error.ts";
import { noticeLine, stepLine } from "../render/lines.ts";
import { createLogLines } from "./log-lines.ts";
import { type ViewOptions, writeLine, writeResult } from "./options.ts";

export interface PlainOptions extends ViewOptions {
  /** False where another view owns stdout: then results are left to it, and errors are still told on stderr. */
  readonly results?: boolean;
}

/** One line for each finished step, notice and error on stderr, results on stdout; nothing moves. */
export const createPlainView = (options: PlainOptions): View => {
  const { stdout, stderr, color, verbose, results = true } = options;
  const paint = createPaint(color);
  const log = createLogLines(options);
  let command = "";
  let failure = "";

  const tellError = (error: GoatError): void => {
    const alreadySaid = error.message === failure;
    const gap = failure !== "" && !alreadySaid ? "\n" : "";
    stderr.write(gap + renderError(error, { paint, color, alreadySaid }));
  };
  const on = (event: StampedEvent): void => {
    switch (event.type) {
      case "run-started":
        command = event.command;
        break;
      case "step-finished":
        if (event.outcome === "failed") failure = event.text;
        writeLine(stderr, stepLine(event, paint));
        break;
      case "notice":
        writeLine(stderr, noticeLine(event, paint));
        break;
      case "detail":
        if (verbose) writeLine(stderr, paint("dim", event.text));
        break;
      case "log":
        if (results || command !== "logs") log(event, command === "logs");
        break;
      case "result":
        if (results) writeResult(stdout, event.text);
        break;
      case "error":
        tellError(event.error);
    }
  };
  return { on, close: async () => undefined };
};
