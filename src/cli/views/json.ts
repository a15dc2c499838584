import { failureReport, type GoatError } from "../../errors/goat-error.ts";
import type { StampedEvent, View } from "../../events/events.ts";
import { createLines, type ViewOptions, writeLine } from "./plain.ts";

interface Outcome {
  readonly result: { readonly data: unknown } | null;
  readonly error: GoatError | null;
  readonly exitCode: number;
}

/** One JSON document on stdout, written at the end; where there are many answers, each is a line. */
export function createJsonView({ stdout }: Pick<ViewOptions, "stdout">): View {
  let command = "";
  /** One document for each of many answers. */
  let isLines = false;
  let outcome: Outcome = { result: null, error: null, exitCode: 0 };
  const lines = createLines(stdout);

  const on = (event: StampedEvent): void => {
    if (event.type !== "log") lines.flush();
    switch (event.type) {
      case "run-started":
        command = event.command;
        break;
      case "log":
        if (command === "logs") lines.add(JSON.stringify(logDocument(event)));
        break;
      case "row":
        isLines = true;
        writeLine(stdout, JSON.stringify(event.data));
        break;
      case "result":
        outcome = { ...outcome, result: event };
        break;
      case "error":
        outcome = { ...outcome, error: outcome.error ?? event.error };
        break;
      case "run-finished":
        outcome = { ...outcome, exitCode: event.exitCode };
    }
  };
  const close = async (): Promise<void> => {
    const isMany = isLines || command === "logs";
    if (isMany && outcome.error === null) return;
    writeLine(stdout, JSON.stringify(documentOf(outcome), null, isMany ? 0 : 2));
  };
  return { on, close };
}

function logDocument({ service, at, stream, line }: Extract<StampedEvent, { readonly type: "log" }>): object {
  return {
    service,
    at,
    stream,
    line,
  };
}

/** The one document of a run: the result's own fields, and what went wrong. */
function documentOf({ result, error, exitCode }: Outcome): object {
  const fields = result === null ? {} : fieldsOf(result.data);
  if (error !== null) return { version: 1, ...fields, ok: false, error: failureReport(error) };
  return result === null ? { version: 1, ok: exitCode === 0 } : { version: 1, ...fields };
}

function fieldsOf(data: unknown): object {
  return typeof data === "object" && data !== null && !Array.isArray(data) ? data : { data };
}

/** One event a line on stdout; the first says which version of their shape they have. */
export function createJsonStreamView({ stdout, verbose }: Pick<ViewOptions, "stdout" | "verbose">): View {
  let first = true;
  return {
    on: (event) => {
      if (event.type === "detail" && !verbose) return;
      const data = event.type === "error" ? { ...event, error: failureReport(event.error) } : event;
      writeLine(stdout, JSON.stringify(first ? { version: 1, ...data } : data));
      first = false;
    },
    close: async () => undefined,
  };
}
